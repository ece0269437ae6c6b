"""Arguments spread from sequences and mappings."""

from __future__ import annotations

from archinspect.errors import BlueprintError
from archinspect.hints import Any

from .items import as_dict, iterate
from .values import ConfigObject, Unknown


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
    often than not. Those that a config's constructor passes on hold the config.
    """
    named: dict[str, Any] = {}
    for name, make in parts:
        value = make(frame)
        if name is not None:
            named[name] = value
            continue
        more = as_dict(ev, value)
        if isinstance(more, Unknown):
            _not_of_a_config(ev, frame, more)
            ev.note(more)
            continue
        for key, one in more.items():
            if isinstance(key, str):
                named[key] = one
    return named, None


def _not_of_a_config(ev: Any, frame: Any, lost: Unknown) -> None:
    """Raise BlueprintError in the constructor of a config: what it would be without them is its class's
    defaults, and not the config.
    """
    code = frame.func.code if frame.func is not None else None
    if ev.recording or code is None or code.name not in ("__init__", "__post_init__") or not code.params:
        return
    made = frame.vars.get(code.params[0])
    if isinstance(made, ConfigObject):
        raise BlueprintError(f"{made.cls.name} takes keys that cannot be known: {lost.why} ({lost.where})")
