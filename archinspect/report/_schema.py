"""The published JSON schemas, package data beside this module."""

from __future__ import annotations

from importlib.resources import files

from archinspect.errors import UsageError


def schema_kinds() -> tuple[str, ...]:
    """The kinds of JSON report that have a schema."""
    found = (item.name for item in (files("archinspect.report") / "schemas").iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in found if name.endswith(".json")))


def schema(kind: str) -> str:
    """The schema of a report as text, JSON Schema 2020-12. Raises UsageError for an unknown kind."""
    if kind not in schema_kinds():
        raise UsageError(f"there is no schema {kind!r}", f"one of: {', '.join(schema_kinds())}")
    return (files("archinspect.report") / "schemas" / f"{kind}.json").read_text(encoding="utf-8")
