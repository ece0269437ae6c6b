"""Methods of host values: the host's own, and strings' that grow."""

from __future__ import annotations

from collections.abc import Callable

from archinspect.hints import Any

from . import text
from .items import iterate
from .values import Instance, Raised, Unknown

Method = Callable[[Any, Any, list[Any], dict[str, Any]], Any]


def host_method(name: str) -> Method:
    """The host's own method of this name, for methods that neither grow their result nor call back."""

    def run(ev: Any, self_: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        for one in args:
            if isinstance(one, Unknown):
                return one
        plain = [one.native if isinstance(one, Instance) and one.native is not None else one for one in args]
        try:
            return getattr(self_, name)(*plain, **kwargs)
        except (TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise Raised(ev.exception(type(error).__name__, str(error)[:200])) from None

    return run


def growing(name: str) -> Method:
    """A string method whose result may be longer than its parts."""
    host = host_method(name)

    def run(ev: Any, self_: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        size = len(self_)
        if name == "replace" and len(args) > 1 and isinstance(args[1], str):
            size = len(self_) + (len(self_) + 1) * len(args[1])
        elif (
            name in {"ljust", "rjust", "center", "zfill", "expandtabs"} and args and isinstance(args[0], int)
        ):
            size += max(args[0], 0) * (len(self_) if name == "expandtabs" else 1)
        ev.budget.characters(size)
        return host(ev, self_, args, kwargs)

    return run


def join(ev: Any, self_: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``separator.join(parts)``."""
    parts = []
    size = 0
    for one in iterate(ev, args[0]):
        one = one.native if isinstance(one, Instance) else one
        if isinstance(one, Unknown):
            return one
        if not isinstance(one, str):
            raise Raised(ev.exception("TypeError", "sequence item: expected str"))
        size += len(one) + len(self_)
        ev.budget.characters(size)
        parts.append(one)
    return self_.join(parts)


def formatted_by(ev: Any, self_: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``pattern.format(...)``."""
    return text.format_method(ev, self_, args, kwargs)
