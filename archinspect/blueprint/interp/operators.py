"""Operators over our values: bounded on numbers and collections, recorded on tensors, unknown on what
is not known.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from archinspect.hints import Any

from .frame import Frame
from .values import ClassValue, ConfigObject, External, Instance, Raised, Tensor, Unknown, brief

_NUMBER = (int, float)
_PLAIN = (int, float, str, bool, type(None), bytes)


def _operator(
    name: str, dunder: str, plain: Callable[[Any, Any, Any], Any]
) -> Callable[[Any, Any, Any], Any]:
    reflected = f"__r{dunder[2:]}"

    def run(ev: Any, a: Any, b: Any) -> Any:
        ta, tb = type(a), type(b)
        if (ta is int and tb is int) or (ta is float and tb in _NUMBER) or (ta is int and tb is float):
            return _guarded(ev, plain, a, b)
        if ta is Unknown:
            return a
        if tb is Unknown:
            return b
        if ta is Tensor or tb is Tensor:
            return ev.tensor_operation(name, [a, b], {})
        if isinstance(a, Instance | ClassValue) or isinstance(b, Instance | ClassValue):
            return _overloaded(ev, a, b, dunder, reflected, plain)
        if ta is External or tb is External:
            return ev.unknown(f"{name} on {brief(a)} and {brief(b)}")
        return _guarded(ev, plain, a, b)

    return run


def _guarded(ev: Any, plain: Callable[[Any, Any, Any], Any], a: Any, b: Any) -> Any:
    try:
        return plain(ev, a, b)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise Raised(ev.exception(type(error).__name__, str(error)[:200])) from None


def _overloaded(
    ev: Any, a: Any, b: Any, dunder: str, reflected: str, plain: Callable[[Any, Any, Any], Any]
) -> Any:
    if isinstance(a, ClassValue) and isinstance(b, ClassValue | type(None) | Unknown) and dunder == "__or__":
        return (a, b)
    for one, other, name in ((a, b, dunder), (b, a, reflected)):
        if isinstance(one, Instance):
            method = one.cls.find(name)
            if ev.callable(method):
                return ev.call(method, [one, other], {})
    a, b = (one.native if isinstance(one, Instance) and one.native is not None else one for one in (a, b))
    if isinstance(a, Instance | ClassValue) or isinstance(b, Instance | ClassValue):
        raise Raised(ev.exception("TypeError", f"unsupported operand types for {dunder}"))
    return _guarded(ev, plain, a, b)


def _add(ev: Any, a: Any, b: Any) -> Any:
    if isinstance(a, _NUMBER):
        _bits(ev, a, b)
        return a + b
    if isinstance(a, str | bytes) and isinstance(b, str | bytes):
        ev.budget.characters(len(a) + len(b))
        return a + b  # type: ignore[operator]
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        ev.budget.charge(len(a) + len(b))
        return a + b  # type: ignore[operator]
    raise TypeError(f"cannot add {type(a).__name__} and {type(b).__name__}")


def _bits(ev: Any, a: Any, b: Any) -> None:
    if type(a) is int and type(b) is int and (a > 1 << 62 or b > 1 << 62 or a < -(1 << 62) or b < -(1 << 62)):
        ev.budget.integer(max(a.bit_length(), b.bit_length()))


def _mul(ev: Any, a: Any, b: Any) -> Any:
    if type(a) is int and type(b) is int:
        if a.bit_length() + b.bit_length() > 64:
            ev.budget.integer(a.bit_length() + b.bit_length())
        return a * b
    for one, count in ((a, b), (b, a)):
        if isinstance(one, str | bytes) and isinstance(count, int):
            ev.budget.characters(len(one) * max(count, 0))
        elif isinstance(one, list | tuple) and isinstance(count, int):
            ev.budget.charge(len(one) * max(count, 0))
    return a * b


def _pow(ev: Any, a: Any, b: Any) -> Any:
    if isinstance(a, int) and isinstance(b, int) and b > 1:
        ev.budget.integer(a.bit_length() * b)
    made = a**b
    return ev.unknown("a complex number") if isinstance(made, complex) else made


def _shift(ev: Any, a: Any, b: Any) -> Any:
    if isinstance(a, int) and isinstance(b, int):
        ev.budget.integer(a.bit_length() + b)
    return a << b


def _percent(ev: Any, a: Any, b: Any) -> Any:
    if isinstance(a, str | bytes):
        return ev.unknown("formatting with %") if not isinstance(a, str) else ev.percent_format(a, b)
    return a % b


def _sized(plain: Callable[[Any, Any], Any]) -> Callable[[Any, Any, Any], Any]:
    def run(ev: Any, a: Any, b: Any) -> Any:
        if not isinstance(a, _NUMBER):
            ev.budget.charge(len(a) + len(b))
        return plain(a, b)

    return run


BINARY: dict[type[ast.AST], Callable[[Any, Any, Any], Any]] = {
    ast.Add: _operator("add", "__add__", _add),
    ast.Sub: _operator("sub", "__sub__", _sized(lambda a, b: a - b)),
    ast.Mult: _operator("mul", "__mul__", _mul),
    ast.Div: _operator("div", "__truediv__", lambda ev, a, b: a / b),
    ast.FloorDiv: _operator("floor_divide", "__floordiv__", lambda ev, a, b: a // b),
    ast.Mod: _operator("remainder", "__mod__", _percent),
    ast.Pow: _operator("pow", "__pow__", _pow),
    ast.MatMult: _operator("matmul", "__matmul__", lambda ev, a, b: a @ b),
    ast.LShift: _operator("lshift", "__lshift__", _shift),
    ast.RShift: _operator("rshift", "__rshift__", lambda ev, a, b: a >> b),
    ast.BitOr: _operator("bitwise_or", "__or__", _sized(lambda a, b: a | b)),
    ast.BitAnd: _operator("bitwise_and", "__and__", _sized(lambda a, b: a & b)),
    ast.BitXor: _operator("bitwise_xor", "__xor__", _sized(lambda a, b: a ^ b)),
}


def unary(ev: Any, kind: type[ast.AST], value: Any) -> Any:
    """``not``, ``-``, ``+``, ``~``."""
    if kind is ast.Not:
        truth = ev.truth(value)
        if truth is None:
            return value if isinstance(value, Unknown) else ev.unknown("not of a tensor")
        return not truth
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Tensor):
        return ev.tensor_operation(_TENSOR_SIGNS[kind], [value], {})
    if isinstance(value, int | float):
        try:
            return _SIGNS[kind](value)
        except TypeError as error:
            raise Raised(ev.exception("TypeError", str(error))) from None
    if isinstance(value, External):
        return ev.unknown(f"an operator on {value.path}")
    raise Raised(ev.exception("TypeError", f"bad operand for unary {kind.__name__}"))


_TENSOR_SIGNS: dict[type[ast.AST], str] = {ast.USub: "neg", ast.UAdd: "positive", ast.Invert: "logical_not"}
_SIGNS: dict[type[ast.AST], Callable[[Any], Any]] = {
    ast.USub: lambda value: -value,
    ast.UAdd: lambda value: +value,
    ast.Invert: lambda value: ~value,
}
_TENSOR_COMPARISONS: dict[type[ast.AST], str] = {
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
}
_ORDER: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
}

_SCALARS = frozenset((bool, int, str))
_SCALAR_COMPARISONS: dict[type[ast.AST], Callable[[Any, Any], bool]] = {
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    **_ORDER,
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
        return bool(_ORDER[kind](a, b))
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
