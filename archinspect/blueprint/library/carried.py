"""What a module's constructor does with a number it is given: which layers can be copies of one another.

``self.layer_idx = layer_idx`` and ``Attention(config, layer_idx)`` carry the number.
``config.layer_types[layer_idx]`` looks something up with it: all that matters then is what was found. Decided
from the syntax tree of the constructor and of those it hands the number to; anything else counts as a use
that nothing can be said about.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from archinspect.blueprint.interp.values import ClassValue, FunctionValue, PropertyValue
from archinspect.hints import Any

from .looks import Looks

_DEEPEST = 6
_PURE = (ast.Compare, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.IfExp, ast.Subscript, ast.Tuple, ast.List)
_PURE_PARTS = (ast.operator, ast.cmpop, ast.boolop, ast.unaryop, ast.expr_context)
_PURE_CALLS = frozenset(("abs", "any", "all", "bool", "getattr", "hasattr", "int", "len", "max", "min"))
_SCOPES = frozenset(("locals", "vars", "globals", "eval", "exec"))
_NAMELESS = (ast.Attribute, ast.Call, ast.Constant, ast.Assign)
"""The most frequent kinds of node, which give no name but in their parts."""
_LATER = (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Global, ast.Nonlocal)


class Carried:
    """A number that is only carried: the attributes that keep it, here or below, and what is looked up."""

    __slots__ = ("attributes", "looks")

    def __init__(self, looks: Looks) -> None:
        self.attributes: set[str] = set()
        self.looks = looks


class _UsedError(Exception):
    """The number is used in a way that is not understood."""


def carried(ev: Any, cls: ClassValue, name: str) -> Carried | None:
    """What the class's constructor does with the parameter ``name``; None when that is more than carrying."""
    key = (cls, name)
    if key not in ev.carried:
        ev.carried[key] = None  # met again while it is worked out: not known
        init = cls.find("__init__")
        if type(init) is FunctionValue and type(cls.find("__setattr__")) is not FunctionValue:
            ev.carried[key] = _carried_by(ev, cls, init, name, 0)
    return ev.carried[key]  # type: ignore[no-any-return]


def _carried_by(ev: Any, cls: ClassValue, init: FunctionValue, name: str, depth: int) -> Carried | None:
    if init.code.body is None:
        init.code.load()
    if depth > _DEEPEST or init.code.statements is None or name not in init.code.all_params:
        return None
    scan = _Scan(ev, cls, init, name, depth)
    if scan.hidden:
        return None
    try:
        for statement in init.code.statements:
            scan.statement(statement)
    except (_UsedError, RecursionError):
        return None
    return scan.found


class _Scan:
    """A walk through a constructor's statements in search of one parameter's name."""

    def __init__(self, ev: Any, cls: ClassValue, init: FunctionValue, name: str, depth: int) -> None:
        self.ev, self.cls, self.init, self.name, self.depth = ev, cls, init, name, depth
        self.above: dict[int, ast.AST] = {}
        self.assigned: dict[int, set[str]] = {}
        self.mentioning: set[int] = set()
        self.hidden = False
        for statement in init.code.statements or ():
            self._look_through(statement)
        stored = set().union(*self.assigned.values())
        self.hidden = self.hidden or name in stored
        self.own = init.code.params[0] if init.code.params else ""
        self.taken = init.code.all_params | stored
        self.found = Carried(Looks(init.module, set(init.code.all_params) - {self.own}))
        self.calls = _PURE_CALLS - self.taken - set(init.module.program.index)
        self.pure: dict[int, bool] = {}
        self.tainted = {name}

    def _look_through(self, statement: ast.stmt) -> None:
        """Note what a statement assigns to, and which of its parts mention the number."""
        assigned = self.assigned[id(statement)] = set()
        todo: list[ast.AST] = [statement]
        while todo:
            node = todo.pop()
            self.ev.budget.tick()
            if isinstance(node, ast.Name):
                self.hidden = self.hidden or node.id in _SCOPES
                if not isinstance(node.ctx, ast.Load):
                    assigned.add(node.id)
                above: ast.AST | None = node if self._is(node) else None
                while above is not None and id(above) not in self.mentioning:
                    self.mentioning.add(id(above))
                    above = self.above.get(id(above))
            elif not isinstance(node, _NAMELESS):
                assigned.update(_names_given(node))
            for child in ast.iter_child_nodes(node):
                if not isinstance(child, _PURE_PARTS):  # one object stands for all of them
                    self.above[id(child)] = node
                    todo.append(child)

    def statement(self, node: ast.stmt) -> None:
        """Note what a statement of the constructor's own level does with the number. Raises _UsedError."""
        single = isinstance(node, ast.Assign) and len(node.targets) == 1
        if single and self._bind(node.targets[0], node.value):  # type: ignore[attr-defined]
            return
        for name in self.assigned[id(node)]:
            self.found.looks.forget(name)
        self.visit(node)

    def _bind(self, target: ast.expr, value: ast.expr) -> bool:
        """Note ``local = expression``. False when the value is anything but a look."""
        if not isinstance(target, ast.Name) or self._is(value) or not self._pure(value):
            return False
        names = {one.id for one in ast.walk(value) if isinstance(one, ast.Name)}
        depends = not names.isdisjoint(self.tainted)
        self.found.looks.bind(target.id, value, looked_up=depends)
        self.tainted.add(target.id) if depends else self.tainted.discard(target.id)
        return True

    def visit(self, node: ast.AST) -> None:
        """Note what the node does with the number. Raises _UsedError."""
        if id(node) not in self.mentioning:
            return
        if isinstance(node, ast.Assign | ast.AnnAssign) and self._is(node.value):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                self._keep(target)
        elif isinstance(node, ast.Call) and not self._pure(node):
            self.visit(node.func)
            for position, one in enumerate(node.args):
                self._hand_on(node, position) if self._is(one) else self.visit(one)
            for keyword in node.keywords:
                self._hand_on(node, keyword.arg) if self._is(keyword.value) else self.visit(keyword.value)
        elif isinstance(node, ast.expr) and not self._is(node) and self._pure(node):
            self.found.looks.look(node)
        elif self._is(node) or isinstance(node, _LATER):
            raise _UsedError
        else:
            for child in ast.iter_child_nodes(node):
                self.visit(child)

    def _is(self, node: ast.AST | None) -> bool:
        return isinstance(node, ast.Name) and node.id == self.name

    def _keep(self, target: ast.expr) -> None:
        own = isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)
        if not own or target.value.id != self.own:  # type: ignore[attr-defined]
            raise _UsedError
        if isinstance(self.cls.find(target.attr), PropertyValue):  # type: ignore[attr-defined]
            raise _UsedError
        self.found.attributes.add(target.attr)  # type: ignore[attr-defined]

    def _pure(self, node: ast.AST) -> bool:
        """Whether an expression depends on nothing but the constructor's arguments."""
        known = self.pure.get(id(node))
        if known is None:
            known = self.pure[id(node)] = self._is_pure(node)
        return known

    def _is_pure(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Name):
            return self.found.looks.known(node.id)
        if isinstance(node, ast.Constant | ast.Attribute):
            return isinstance(node, ast.Constant) or self._pure(node.value)
        if isinstance(node, ast.Call):
            plain = isinstance(node.func, ast.Name) and node.func.id in self.calls
            return plain and not node.keywords and all(self._pure(one) for one in node.args)
        parts = (one for one in ast.iter_child_nodes(node) if not isinstance(one, _PURE_PARTS))
        return isinstance(node, _PURE) and all(self._pure(one) for one in parts)

    def _hand_on(self, call: ast.Call, receiver: int | str | None) -> None:
        """The number is an argument of a call: what is called may only carry it too."""
        inner, params = self._called(call)
        if isinstance(receiver, int):
            receiver = params[receiver] if receiver < len(params) else None
        if receiver is None or any(isinstance(one, ast.Starred) for one in call.args):
            raise _UsedError
        if type(inner) is FunctionValue:
            more = _carried_by(self.ev, self.cls, inner, receiver, self.depth + 1)
        else:
            more = carried(self.ev, inner, receiver)
            inner = inner.find("__init__")
        if more is None:
            raise _UsedError
        self.found.attributes |= more.attributes
        given = {key.arg: key.value for key in call.keywords if key.arg is not None}
        given.update(zip(params, call.args, strict=False))
        pure = all(self._pure(given[name]) for name in more.looks.needs & given.keys())
        if not pure or not self.found.looks.hand_on(more.looks, inner, given):
            raise _UsedError

    def _called(self, call: ast.Call) -> tuple[Any, list[str]]:
        """The module class, or the constructor of a base, that a call names, and its parameters."""
        func = call.func
        if isinstance(func, ast.Name) and func.id not in self.taken:
            target = self.init.module.resolve(func.id)
            init = (
                target.find("__init__") if isinstance(target, ClassValue) and target.mark("module") else None
            )
            if type(init) is FunctionValue:
                return target, init.code.params[1:]
        elif _is_super_init(func) and self.init.owner in self.cls.mro:
            later = self.cls.mro[self.cls.mro.index(self.init.owner) + 1 :]
            init = next((one.ns["__init__"] for one in later if "__init__" in one.ns), None)
            if type(init) is FunctionValue:
                return init, init.code.params[1:]
        raise _UsedError


def _is_super_init(func: ast.expr) -> bool:
    return (
        isinstance(func, ast.Attribute)
        and func.attr == "__init__"
        and isinstance(func.value, ast.Call)
        and isinstance(func.value.func, ast.Name)
        and func.value.func.id == "super"
        and not func.value.args
    )


def _names_given(node: ast.AST) -> Iterable[str]:
    """The names that a node gives a value to as plain text: imports, definitions, patterns, handlers."""
    given = [getattr(node, "asname", None) or getattr(node, "name", None), getattr(node, "rest", None)]
    given += getattr(node, "names", ()) if isinstance(node, ast.Global | ast.Nonlocal) else ()
    return [one.partition(".")[0] for one in given if isinstance(one, str)]
