"""What a module's constructor does with a number it is given: which layers can be copies of one another.

``self.layer_idx = layer_idx`` and ``Attention(config, layer_idx)`` carry the number.
``config.layer_types[layer_idx]`` looks something up with it: all that matters then is what was found. Decided
from the syntax tree of the constructor and of those it hands the number to; anything else counts as a use
that nothing can be said about.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from archinspect.blueprint.interp.expressions import expression
from archinspect.blueprint.interp.frame import Frame
from archinspect.blueprint.interp.scope import Scope
from archinspect.blueprint.interp.values import ClassValue, FunctionValue, PropertyValue
from archinspect.hints import Any

_DEEPEST = 6
_PURE = (ast.Compare, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.IfExp, ast.Subscript, ast.Tuple, ast.List)
_PURE_PARTS = (ast.operator, ast.cmpop, ast.boolop, ast.unaryop, ast.expr_context)
_PURE_CALLS = frozenset(("abs", "any", "all", "bool", "getattr", "hasattr", "int", "len", "max", "min"))
_SCOPES = frozenset(("locals", "vars", "globals", "eval", "exec"))
_LATER = (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Global, ast.Nonlocal)


class Look:
    """Something worked out from a constructor's arguments alone."""

    __slots__ = ("names", "run")

    def __init__(self, names: frozenset[str], run: Callable[[Any, dict[str, Any]], Any]) -> None:
        """``names``: the parameters it needs; ``run(evaluator, arguments)`` gives the value."""
        self.names = names
        self.run = run


class Carried:
    """A number that is only carried: the attributes that keep it, here or below, and what is looked up."""

    __slots__ = ("attributes", "looks")

    def __init__(self) -> None:
        self.attributes: set[str] = set()
        self.looks: list[Look] = []


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
            scan.visit(statement)
    except (_UsedError, RecursionError):
        return None
    return scan.found


class _Scan:
    """A walk through a constructor's statements in search of one parameter's name."""

    def __init__(self, ev: Any, cls: ClassValue, init: FunctionValue, name: str, depth: int) -> None:
        self.ev, self.cls, self.init, self.name, self.depth = ev, cls, init, name, depth
        self.found = Carried()
        self.above: dict[int, ast.AST] = {}
        names = [node for node in self._nodes() if isinstance(node, ast.Name)]
        self.stored = frozenset(node.id for node in names if not isinstance(node.ctx, ast.Load))
        self.own = init.code.params[0] if init.code.params else ""
        self.params = init.code.all_params - self.stored - {self.own}
        self.calls = _PURE_CALLS - self.stored - set(init.module.program.index)
        self.hidden = name in self.stored or any(node.id in _SCOPES for node in names)
        self.pure: dict[int, bool] = {}
        self.mentioning: set[int] = set()
        for node in names:
            above: ast.AST | None = node if self._is(node) else None
            while above is not None and id(above) not in self.mentioning:
                self.mentioning.add(id(above))
                above = self.above.get(id(above))

    def _nodes(self) -> Iterator[ast.AST]:
        todo: list[ast.AST] = list(self.init.code.statements or ())
        while todo:
            node = todo.pop()
            self.ev.budget.tick()
            yield node
            for child in ast.iter_child_nodes(node):
                if not isinstance(child, _PURE_PARTS):  # one object stands for all of them
                    self.above[id(child)] = node
                    todo.append(child)

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
            self.found.looks.append(self._look(node))
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
            return node.id in self.params
        if isinstance(node, ast.Constant | ast.Attribute):
            return isinstance(node, ast.Constant) or self._pure(node.value)
        if isinstance(node, ast.Call):
            plain = isinstance(node.func, ast.Name) and node.func.id in self.calls
            return plain and not node.keywords and all(self._pure(one) for one in node.args)
        parts = (one for one in ast.iter_child_nodes(node) if not isinstance(one, _PURE_PARTS))
        return isinstance(node, _PURE) and all(self._pure(one) for one in parts)

    def _look(self, node: ast.expr) -> Look:
        scope = Scope("function", Scope("module"))
        scope.locals = set(self.params)
        value, module = expression(node, scope), self.init.module
        names = frozenset(one.id for one in ast.walk(node) if isinstance(one, ast.Name)) & self.params

        def run(ev: Any, arguments: dict[str, Any]) -> Any:
            before, ev.frame = ev.frame, Frame(ev, module, arguments)
            try:
                return value(ev.frame)
            finally:
                ev.frame = before

        return Look(names, run)

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
        given: dict[str | None, ast.expr] = {key.arg: key.value for key in call.keywords}
        given.update(zip(params, call.args, strict=False))
        self.found.looks += [self._through(look, given, inner) for look in more.looks]

    def _called(self, call: ast.Call) -> tuple[Any, list[str]]:
        """The module class, or the constructor of a base, that a call names, and its parameters."""
        func = call.func
        if isinstance(func, ast.Name) and func.id not in self.init.code.all_params | self.stored:
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

    def _through(self, look: Look, given: dict[str | None, ast.expr], inner: FunctionValue) -> Look:
        """What the called constructor looks up, from the arguments of this one."""
        parts: dict[str, Look] = {}
        defaults: dict[str, Any] = {}
        if inner.defaults:
            defaults = dict(zip(inner.code.params[-len(inner.defaults) :], inner.defaults, strict=True))
        defaults |= inner.kwdefaults
        for name in look.names:
            if name in given:
                if not self._pure(given[name]):
                    raise _UsedError
                parts[name] = self._look(given[name])
            elif name not in defaults:
                raise _UsedError

        def run(ev: Any, arguments: dict[str, Any]) -> Any:
            return look.run(ev, defaults | {name: one.run(ev, arguments) for name, one in parts.items()})

        return Look(frozenset().union(*(one.names for one in parts.values())), run)


def _is_super_init(func: ast.expr) -> bool:
    return (
        isinstance(func, ast.Attribute)
        and func.attr == "__init__"
        and isinstance(func.value, ast.Call)
        and isinstance(func.value.func, ast.Name)
        and func.value.func.id == "super"
        and not func.value.args
    )
