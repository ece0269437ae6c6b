"""Properties of a config that nothing but its plain attributes decides: worked out once for equal attributes.

Some configs work a list out anew for every layer that reads its own entry.
"""

from __future__ import annotations

import ast

from archinspect.hints import Any

from .callables import FunctionValue, PropertyValue
from .values import MISSING, ConfigObject

_OFTEN = 2
"""Reads of a property before it is looked at more closely."""
_BUILTINS = frozenset(
    (
        "abs",
        "all",
        "any",
        "bool",
        "dict",
        "enumerate",
        "float",
        "int",
        "isinstance",
        "len",
        "list",
        "max",
        "min",
        "range",
        "reversed",
        "round",
        "set",
        "sorted",
        "str",
        "sum",
        "tuple",
        "zip",
    )
)
_METHODS = frozenset(("count", "index"))
_NEW = (ast.ListComp, ast.List, ast.Dict, ast.DictComp)
_PLAIN = frozenset((type(None), bool, int, float, str))
_PARTS = (
    *(ast.Return, ast.If, ast.For, ast.Assign, ast.Expr, ast.Pass),
    *(ast.Constant, ast.Name, ast.Subscript, ast.Slice, ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.Compare),
    *(ast.IfExp, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp),
    *(
        ast.GeneratorExp,
        ast.comprehension,
        ast.expr_context,
        ast.operator,
        ast.boolop,
        ast.unaryop,
        ast.cmpop,
    ),
)


class Settled:
    """What a property gave, and the attributes that decided it."""

    __slots__ = ("attributes", "value")

    def __init__(self, attributes: dict[str, Any], value: Any) -> None:
        self.attributes = attributes
        self.value = value

    def holds(self, config: ConfigObject) -> bool:
        """Whether the config has the same attributes now."""
        now = config.attrs
        return all(_same(now.get(name, MISSING), value) for name, value in self.attributes.items())


def read(ev: Any, config: ConfigObject, prop: PropertyValue) -> Any:
    """The value of a config's property. Raises what the property raises."""
    function = prop.fget
    if not ev.recording or prop.of_class or type(function) is not FunctionValue:
        return ev.call(function, [config.cls if prop.of_class else config], {})
    key = (function, config.cls, config.path, ev.library.class_writes)
    known = ev.settled.get(key, 0)
    if type(known) is Settled and known.holds(config):
        return list(known.value) if type(known.value) is list else known.value
    value = ev.call(function, [config], {})
    if type(known) is int and known < _OFTEN:
        ev.settled[key] = known + 1
    elif known is not None and not ev.quiet:  # a quiet reading does not say which keys it read
        ev.settled[key] = _settled(function, config, value)
    return value


def _settled(function: FunctionValue, config: ConfigObject, value: Any) -> Settled | None:
    names = _decided_by(function)
    aliases = config.cls.find("attribute_map")
    if names is None or not _is_plain(value) or type(aliases) is not dict or not names.isdisjoint(aliases):
        return None
    attributes = {name: config.attrs.get(name, MISSING) for name in sorted(names)}
    for name, one in attributes.items():
        if type(config.cls.find(name)) is PropertyValue or not (one is MISSING or _is_plain(one)):
            return None
        if type(one) is list:
            attributes[name] = list(one)
    return Settled(attributes, list(value) if type(value) is list else value)


def _is_plain(value: Any) -> bool:
    if type(value) is list or type(value) is tuple:
        return _PLAIN.issuperset(map(type, value))
    return type(value) in _PLAIN


def _same(one: Any, other: Any) -> bool:
    if one is other:
        return type(one) is not list
    if type(one) is not type(other) or one != other:
        return False
    return type(one) not in (list, tuple) or list(map(type, one)) == list(map(type, other))


def _decided_by(function: FunctionValue) -> frozenset[str] | None:
    """The attributes that a property reads; None when anything else may matter, or be changed by it."""
    body, params = function.code.statements, function.code.params
    if body is None or len(params) != 1 or function.closure is not None or function.code.generator:
        return None
    walk = _Walk(params[0])
    todo: list[ast.AST] = list(body)
    while todo:
        parts = walk.parts(todo.pop())
        if parts is None:
            return None
        todo += parts
    outside = _BUILTINS - function.module.program.index.keys() - function.module.vars.keys()
    return frozenset(walk.attributes) if walk.is_closed(outside) else None


class _Walk:
    """What the parts of a body read, bind and change."""

    def __init__(self, owner: str) -> None:
        """``owner``: what the body calls its config."""
        self.owner = owner
        self.attributes: set[str] = set()
        self.read: set[str] = set()
        self.bound: set[str] = set()
        self.changed: set[str] = set()
        self.made: dict[str, bool] = {}
        """Whether all that a local name is given is made here."""

    def parts(self, node: ast.AST) -> list[ast.AST] | None:
        """The parts of a node to look at; None when it is not known to leave everything as it is."""
        if isinstance(node, ast.Raise):
            return []  # then there is no value to remember
        if isinstance(node, ast.Attribute):
            self.attributes.add(node.attr)
            own = isinstance(node.value, ast.Name) and node.value.id == self.owner
            return [] if own and isinstance(node.ctx, ast.Load) else None
        if isinstance(node, ast.Call):
            func = node.func
            inner = func.value if isinstance(func, ast.Attribute) and func.attr in _METHODS else func
            known = inner is not func or isinstance(func, ast.Name)
            return [inner, *node.args] if known and not node.keywords else None
        if isinstance(node, ast.Name):
            (self.read if isinstance(node.ctx, ast.Load) else self.bound).add(node.id)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            self.made[name] = self.made.get(name, True) and isinstance(node.value, _NEW)
        elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            self.changed.add(node.value.id if isinstance(node.value, ast.Name) else "")
        return list(ast.iter_child_nodes(node)) if isinstance(node, _PARTS) else None

    def is_closed(self, outside: frozenset[str]) -> bool:
        """Whether nothing but the attributes and the names ``outside`` is read, and nothing but what is made
        here changed.
        """
        free = self.read - self.bound
        alone = self.owner not in self.read | self.bound
        return alone and free <= outside and all(map(self.made.get, self.changed))
