"""Which keys of a config the source reads though nobody wrote them, and which are written and never read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .records import Blueprint

DEEPEST = 8


def supplied_keys(blueprint: Blueprint, written: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted key -> value, for keys that are read, are not written, and that the config class supplies."""
    values = dict(_flat(blueprint.config_values))
    known = {key for key, _ in _flat(written)}
    return {
        key: values[key] for key in sorted(blueprint.config_keys_read) if key in values and key not in known
    }


def unread_keys(blueprint: Blueprint, written: Mapping[str, Any]) -> tuple[str, ...]:
    """Dotted keys that are written and that neither constructors nor forward read.

    A table counts as read when the source reads it whole, as rope_scaling.
    """
    read = set(blueprint.config_keys_read)
    return tuple(
        key
        for key, value in _flat(written)
        if not isinstance(value, Mapping) and not read.intersection(_upwards(key))
    )


def _flat(table: Mapping[str, Any], above: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        yield f"{above}{key}", value
        if isinstance(value, Mapping) and depth < DEEPEST:
            yield from _flat(value, f"{above}{key}.", depth + 1)


def _upwards(key: str) -> Iterator[str]:
    while key:
        yield key
        key = key.rpartition(".")[0]
