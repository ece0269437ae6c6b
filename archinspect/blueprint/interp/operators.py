"""Arithmetic over our values: bounded on numbers and collections, recorded on tensors, unknown on what
is not known.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from archinspect.hints import Any

from .values import ClassValue, External, Instance, Raised, Tensor, Unknown, brief

_NUMBER = (int, float)


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
