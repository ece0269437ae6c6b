"""Telling whether a construction would be given the same as another."""

from __future__ import annotations

from archinspect.blueprint.interp.values import ClassValue, ConfigObject, External, FunctionValue
from archinspect.hints import Any


def memo_part(value: Any, depth: int = 0) -> Any:
    """Equal for arguments that make no difference; None when that cannot be told."""
    kind = type(value)
    if kind is ConfigObject:
        return (value.serial, value.version)
    if value is None or kind is int or kind is bool or kind is str or kind is float:
        return (kind, value)
    if kind is ClassValue or kind is FunctionValue:
        return (id(value), None)
    # Shared parts are walked once for each way to them, so deep ones are not worth remembering.
    if (kind is tuple or kind is list) and len(value) < 64 and depth < 3:
        inner = tuple(memo_part(one, depth + 1) for one in value)
        return None if None in inner else (kind, inner)
    return (External, value.path) if kind is External else None


def found_part(value: Any) -> Any:
    """The same for what is looked up: a config made for one layer counts by what it holds."""
    return content(value) if type(value) is ConfigObject else memo_part(value)


def content(config: ConfigObject) -> tuple[Any, ...]:
    """Equal for configs that hold the same: equal simple values and short lists, else the same objects.

    Whoever keeps it keeps the config too, or another object may take the place of one that it names.
    """
    parts: list[Any] = [config.cls, config.path]
    for name, value in config.attrs.items():
        kind = type(value)
        if value is None or kind is int or kind is bool or kind is str or kind is float:
            parts.append((name, kind, value))
        elif kind is ConfigObject:
            parts.append((name, value.serial, value.version))
        else:
            short = memo_part(value) if kind is list and len(value) < _SHORT else None
            parts.append((name, short or id(value)))
    return tuple(parts)


_SHORT = 8
