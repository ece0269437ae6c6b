"""Parts of a model that could not be built: what is absent there is not known."""

from __future__ import annotations

from archinspect.blueprint.reading import Reading

from .unclear import UnclearError


def complete(reading: Reading, path: str) -> None:
    """Raise UnclearError when a part below a path could not be built."""
    inside = f"{path}." if path else ""
    for name, (why, where) in reading.missing.items():
        if name.startswith(inside):
            raise UnclearError(f"{name}: {why}", where)
