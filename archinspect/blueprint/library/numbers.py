"""Functions of numbers."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

from archinspect.blueprint.interp.items import iterate
from archinspect.blueprint.interp.values import (
    Builtin,
    Raised,
    Tensor,
    Unknown,
)
from archinspect.hints import Any

Args = list[Any]
Kwargs = dict[str, Any]


def _number(run: Callable[..., Any]) -> Callable[[Any, Args, Kwargs], Any]:
    """A function of numbers. A tensor of unknown content gives an unknown number."""

    @functools.wraps(run)
    def guarded(ev: Any, args: Args, kwargs: Kwargs) -> Any:
        plain = []
        for one in args:
            if isinstance(one, Unknown):
                return one
            if isinstance(one, Tensor):
                if not isinstance(one.data, int | float):
                    return ev.unknown("a number that depends on data")
                one = one.data
            if not isinstance(one, int | float):
                raise Raised(ev.exception("TypeError", "must be real number"))
            if isinstance(one, int):
                ev.budget.integer(one.bit_length())
            plain.append(one)
        try:
            return run(*plain)
        except (ValueError, TypeError, ArithmeticError) as error:
            raise Raised(ev.exception(type(error).__name__, str(error)[:100])) from None

    return guarded


def prod(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    total: Any = kwargs.get("start", 1)
    for one in iterate(ev, args[0]):
        if not isinstance(one, int | float):
            return one if isinstance(one, Unknown) else ev.unknown("a product of unknown values")
        if isinstance(one, int) and isinstance(total, int):
            ev.budget.integer(one.bit_length() + total.bit_length())
        total = total * one
    return total


MATH = {
    name: Builtin(name, _number(getattr(math, name)))
    for name in [
        "sqrt",
        "ceil",
        "floor",
        "log",
        "log2",
        "log10",
        "log1p",
        "exp",
        "pow",
        "sin",
        "cos",
        "tan",
        "gcd",
        "lcm",
        "fabs",
        "trunc",
        "isqrt",
        "erf",
        "tanh",
        "isnan",
        "isinf",
    ]
    if name not in {"gcd", "lcm"}
} | {
    "gcd": Builtin("gcd", _number(lambda *a: math.gcd(*(int(one) for one in a)))),
    "prod": Builtin("prod", prod),
}
