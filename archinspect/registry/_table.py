"""Reads one table of the registry field by field, noting everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from archinspect.records import Json
from archinspect.records.vocabulary import FieldSpec
from archinspect.registry._fields import Names, complaint
from archinspect.registry._lines import KeyPath
from archinspect.registry._problems import Problems


def read_table(
    table: Mapping[str, Json],
    path: KeyPath,
    specs: Iterable[FieldSpec],
    names: Names,
    problems: Problems,
) -> dict[str, Json]:
    """The fields of `table` that are as they should be; every other one is a problem."""
    known = _by_name(tuple(specs))
    for key in table:
        if key not in known:
            problems.unknown_key((*path, key), known)
    good: dict[str, Json] = {}
    for name, spec in known.items():
        if name not in table:
            if spec.required:
                problems.add(path, f"{name!r} is missing" + (f": {spec.summary}" if spec.summary else ""))
        elif message := complaint(spec, table[name], names):
            problems.add((*path, name), message)
        else:
            good[name] = table[name]
    return good


@lru_cache(maxsize=256)
def _by_name(specs: tuple[FieldSpec, ...]) -> Mapping[str, FieldSpec]:
    """By name, once for all tables with the same fields: a registry has hundreds."""
    return {spec.name: spec for spec in specs}
