"""Arguments spread from sequences and mappings."""

from __future__ import annotations

from archinspect.hints import Any

from .items import as_dict, iterate
from .values import (
    Unknown,
)


def spread(ev: Any, frame: Any, parts: list[Any]) -> tuple[list[Any], Unknown | None]:
    """``f(a, *b)``: the positional values, or what is unknown about them."""
    given: list[Any] = []
    for starred, make in parts:
        value = make(frame)
        if not starred:
            given.append(value)
        elif isinstance(value, Unknown):
            return given, value
        else:
            given.extend(iterate(ev, value))
    return given, None


def spread_keywords(ev: Any, frame: Any, parts: list[Any]) -> tuple[dict[str, Any], Unknown | None]:
    """``f(a=b, **c)``. Unknown ``**`` mappings are noted and left out: they hold options far more
    often than not.
    """
    named: dict[str, Any] = {}
    for name, make in parts:
        value = make(frame)
        if name is not None:
            named[name] = value
            continue
        more = as_dict(ev, value)
        if isinstance(more, Unknown):
            ev.note(more)
            continue
        for key, one in more.items():
            if isinstance(key, str):
                named[key] = one
    return named, None
