"""The published JSON schemas: package data, one file per kind of report and one that they share."""

from __future__ import annotations

import json
import re
from functools import cache

from archinspect.errors import UsageError
from archinspect.records import Json

SHARED = "_shared"
_REFERENCE = re.compile(r'"#/\$defs/([a-z_]+)"')


def schema_kinds() -> tuple[str, ...]:
    """The kinds of JSON report that have a schema."""
    from importlib.resources import files

    found = (item.name for item in (files("archinspect.report") / "schemas").iterdir())
    names = (name.removesuffix(".json") for name in found if name.endswith(".json"))
    return tuple(sorted(name for name in names if name != SHARED))


@cache
def schema(kind: str) -> str:
    """The schema of a report as text, JSON Schema 2020-12, whole in itself.

    Raises UsageError for an unknown kind.
    """
    if kind not in schema_kinds():
        raise UsageError(f"there is no schema {kind!r}", f"one of: {', '.join(schema_kinds())}")
    own, shared = _read(kind), _read(SHARED)["$defs"]
    return json.dumps({**own, "$defs": _needed(own, shared)}, indent=2) + "\n"


def _read(name: str) -> dict[str, Json]:
    from importlib.resources import files

    text = (files("archinspect.report") / "schemas" / f"{name}.json").read_text(encoding="utf-8")
    read: dict[str, Json] = json.loads(text)
    return read


def _needed(own: Json, shared: dict[str, Json]) -> dict[str, Json]:
    """The shared definitions that a schema refers to, directly or through others."""
    needed: dict[str, Json] = {}
    waiting = _REFERENCE.findall(json.dumps(own))
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed[name] = shared[name]
            waiting += _REFERENCE.findall(json.dumps(shared[name]))
    return dict(sorted(needed.items()))
