"""Comparisons of our values: order, identity, equality and membership, unknown where a part is unknown."""

from __future__ import annotations

import ast
from collections.abc import Callable

from archinspect.hints import Any

from .frame import Frame
from .function_code import Closure
from .values import ConfigObject, External, Instance, Raised, Tensor, Unknown

_PLAIN = (int, float, str, bool, type(None), bytes)
_TENSOR_COMPARISONS: dict[type[ast.AST], str] = {
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
}
ORDER: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
}

_SCALARS = frozenset((bool, int, str))
_SCALAR_COMPARISONS: dict[type[ast.AST], Callable[[Any, Any], bool]] = {
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    **ORDER,
}


def compare_chain(f: Frame, left: Any, rest: list[Any]) -> Any:
    """``a < b <= c``: stops at the first comparison that is false."""
    result: Any = True
    if len(rest) == 1:
        kind, make = rest[0]
        return compare(f.ev, kind, left, make(f))
    for kind, make in rest:
        right = make(f)
        result = compare(f.ev, kind, left, right)
        truth = f.ev.truth(result)
        if truth is None or not truth:
            return result
        left = right
    return result


def may_measure(left: ast.expr, right: ast.expr) -> tuple[bool, bool]:
    """Whether each side may be the length of the input, held against a number: what an object keeps is no
    such length, and how large another tensor is no such number.
    """
    kept, sizes = ([test(one) for one in (left, right)] for test in (_is_kept, _is_size))
    return not (kept[0] or sizes[1]), not (kept[1] or sizes[0])


def _is_kept(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute)


def _is_size(node: ast.expr) -> bool:
    of = node.value if isinstance(node, ast.Subscript) else node.func if isinstance(node, ast.Call) else None
    return isinstance(of, ast.Attribute) and of.attr in ("shape", "size")


def measured(first: Closure, kind: type[ast.AST], second: Closure, may: tuple[bool, bool]) -> Closure:
    """``a < b``: the trace is told when a number meets the length of its input there, on a side that may be
    one."""

    def run(f: Frame) -> Any:
        a, b = first(f), second(f)
        trace = f.ev.trace
        if trace is not None and type(a) is type(b) is int:
            if a == trace.length and may[0]:
                trace.compared(f.ev, b)
            elif b == trace.length and may[1]:
                trace.compared(f.ev, a)
        return compare(f.ev, kind, a, b)

    return run


def compare(ev: Any, kind: type[ast.AST], a: Any, b: Any) -> Any:
    """One comparison."""
    if type(a) is type(b) and type(a) in _SCALARS and kind in _SCALAR_COMPARISONS:
        return _SCALAR_COMPARISONS[kind](a, b)
    if kind is ast.Is or kind is ast.IsNot:
        return _identity(ev, a, b, kind is ast.IsNot)
    if kind is ast.In or kind is ast.NotIn:
        found = contains(ev, b, a)
        return found if isinstance(found, Unknown) else found == (kind is ast.In)
    if isinstance(a, Unknown):
        return a
    if isinstance(b, Unknown):
        return b
    if (isinstance(a, Tensor) or isinstance(b, Tensor)) and a is not None and b is not None:
        return ev.tensor_operation(_TENSOR_COMPARISONS[kind], [a, b], {})
    if kind is ast.Eq or kind is ast.NotEq:
        same = equal(ev, a, b)
        return same if isinstance(same, Unknown) else same == (kind is ast.Eq)
    if isinstance(a, External) or isinstance(b, External):
        return ev.unknown("a comparison with an external value")
    a, b = (one.native if isinstance(one, Instance) and one.native is not None else one for one in (a, b))
    try:
        return bool(ORDER[kind](a, b))
    except TypeError as error:
        raise Raised(ev.exception("TypeError", str(error)[:200])) from None


def _identity(ev: Any, a: Any, b: Any, negate: bool) -> Any:
    if isinstance(a, Unknown):
        return a
    if isinstance(b, Unknown):
        return b
    same = a is b or (isinstance(a, External) and isinstance(b, External) and a.path == b.path)
    if not same and isinstance(a, int | str | float) and type(a) is type(b):
        same = a == b
    return same != negate


def equal(ev: Any, a: Any, b: Any) -> Any:
    """Equality; unknown when a part of either is."""
    if a is b:
        return True
    if isinstance(a, Unknown):
        return a
    if isinstance(b, Unknown):
        return b
    if isinstance(a, External) and isinstance(b, External):
        return a.path == b.path
    if isinstance(a, Instance) and not isinstance(a, ConfigObject):
        method = a.cls.find("__eq__")
        if ev.callable(method):
            return ev.call(method, [a, b], {})
        a = a.native if a.native is not None else a
    b = b.native if isinstance(b, Instance) and b.native is not None else b
    if isinstance(a, _PLAIN) or isinstance(b, _PLAIN):
        return bool(a == b) if isinstance(a, _PLAIN) and isinstance(b, _PLAIN) else False
    if isinstance(a, list | tuple) and type(a) is type(b):
        if len(a) != len(b):
            return False
        for x, y in zip(a, b, strict=True):
            ev.budget.tick()
            same = equal(ev, x, y)
            if same is not True:
                return same
        return True
    if isinstance(a, dict) and isinstance(b, dict):
        if a.keys() != b.keys():
            return False
        return equal(ev, list(a.values()), [b[key] for key in a])
    if isinstance(a, set | frozenset | range) and isinstance(b, set | frozenset | range):
        return a == b
    return False


def contains(ev: Any, owner: Any, item: Any) -> Any:
    """``item in owner``."""
    if isinstance(owner, Unknown):
        return owner
    if isinstance(item, Unknown):
        return item
    if isinstance(owner, Instance):
        method = owner.cls.find("__contains__")
        if ev.callable(method):
            return ev.truth_value(ev.call(method, [owner, item], {}))
        owner = owner.native if owner.native is not None else list(ev.iterate(owner))
    if isinstance(owner, str):
        if isinstance(item, str):
            return item in owner
        raise Raised(ev.exception("TypeError", "'in <string>' requires a string"))
    if isinstance(owner, dict | set | frozenset):
        return ev.hashable(item) in owner
    if isinstance(owner, External | Tensor):
        return ev.unknown("membership in an external value")
    lost: Any = False
    for one in ev.iterate(owner):
        ev.budget.tick()
        same = equal(ev, one, item) if not isinstance(one, Unknown) else one
        if same is True:
            return True
        if isinstance(same, Unknown):
            lost = same
    return lost
