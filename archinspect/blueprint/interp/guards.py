"""What builtin functions share."""

from __future__ import annotations

import functools
from collections.abc import Callable

from archinspect.hints import Any

from .values import (
    Raised,
    Tensor,
    Unknown,
)

Args = list[Any]
Kwargs = dict[str, Any]


def known(run: Callable[[Any, Args, Kwargs], Any]) -> Callable[[Any, Args, Kwargs], Any]:
    """Unknown arguments give an unknown result; host errors become interpreted ones."""

    @functools.wraps(run)
    def guarded(ev: Any, args: Args, kwargs: Kwargs) -> Any:
        for one in args:
            if type(one) is Unknown:
                return one
        try:
            return run(ev, args, kwargs)
        except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError) as error:
            raise Raised(ev.exception(type(error).__name__, str(error)[:200])) from None

    return guarded


def make_range(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    """``range(...)``."""
    ends = [one.data if isinstance(one, Tensor) and isinstance(one.data, int) else one for one in args]
    if any(isinstance(one, Tensor) for one in ends):
        return ev.unknown("a range whose ends depend on data")
    return range(*ends)
