"""What a format and a presentation are, and how they meet.

A presentation says what there is to tell about one kind of result: a document for people, data for
JSON, rows for CSV. A format turns one of the three into text. Both are found by collecting the
modules, so that either is added by adding a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import PurePath
from typing import Any

from msgspec import Struct

from archinspect._collect import collect, each
from archinspect.errors import UsageError
from archinspect.records import Json
from archinspect.report._document import Document
from archinspect.report._view import View


class Rows(Struct, frozen=True):
    """A table of raw values, for CSV."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Json, ...], ...]


class Presentation(Struct, frozen=True):
    """One kind of result, in the three shapes formats are made from."""

    kind: str
    """The `kind` of its JSON."""
    result: type
    document: Callable[[Any, View], Document]
    data: Callable[[Any, View], dict[str, Json]]
    """Without `schema_version` and `kind`, which every JSON report begins with."""
    rows: Callable[[Any, View], Rows]
    when: Callable[[View], bool] = lambda view: True
    """For results that are presented in more than one way."""


class Format(Struct, frozen=True):
    """One way to write results."""

    name: str
    suffixes: tuple[str, ...]
    summary: str
    write: Callable[[Any, View], str]
    of: type | None = None
    """The only kind of result it can write; None when it can write all."""
    module: str = ""


def format_(
    name: str, *suffixes: str, of: type | None = None
) -> Callable[[Callable[[Any, View], str]], Format]:
    """Make a function of (result, view) a format."""
    return lambda function: Format(
        name, suffixes, (function.__doc__ or "").split("\n")[0], function, of, function.__module__
    )


@cache
def formats() -> Mapping[str, Format]:
    """Every format by name."""
    import archinspect.report

    return collect(archinspect.report, Format, lambda item: item.name)


@cache
def presentations() -> Mapping[str, Presentation]:
    """Every presentation by kind."""
    import archinspect.report.results

    return collect(archinspect.report.results, Presentation, lambda item: item.kind)


def presentation_of(result: object, view: View) -> Presentation:
    """How this result is presented. Raises TypeError when nothing presents it: a mistake of ours."""
    import archinspect.report.results

    # The module that presents it is found before the others are imported.
    for item in each(archinspect.report.results, Presentation):
        if type(result) is item.result and item.when(view):
            return item
    raise TypeError(f"no presentation for {type(result).__name__}")


def render(result: object, format: str = "table", view: View | None = None) -> str:
    """The result as text. Raises UsageError for a format that does not exist or does not fit."""
    view = view or View()
    chosen = _named(format)
    if chosen.of is not None and not isinstance(result, chosen.of):
        fitting = [item.name for item in formats().values() if item.of is None]
        raise UsageError(
            f"the format {format} is for audits only, not for this result",
            f"use one of: {', '.join(fitting)}",
        )
    return chosen.write(result, view)


def format_for(path: PurePath) -> str:
    """The format of a file, by its suffix. Raises UsageError when no format has it."""
    for item in formats().values():
        if path.suffix.lower() in item.suffixes:
            return item.name
    raise UsageError(
        f"{path}: no format has the suffix {path.suffix!r}", f"use one of: {', '.join(_all_suffixes())}"
    )


def _named(format: str) -> Format:
    if format.isidentifier() and find_spec(f"archinspect.report.{format}") is not None:
        # A format's module is named as the format: the others need not be imported to find it.
        found = getattr(import_module(f"archinspect.report.{format}"), format, None)
        if isinstance(found, Format):
            return found
    if format not in formats():
        raise UsageError(f"there is no format {format!r}", f"use one of: {', '.join(formats())}")
    return formats()[format]


def _all_suffixes() -> Iterator[str]:
    for item in formats().values():
        yield from item.suffixes


def header(kind: str, data: Mapping[str, Json]) -> dict[str, Json]:
    """The data with what every JSON report begins with."""
    return {"schema_version": 1, "kind": kind, **data}


def as_rows(columns: Sequence[str], rows: Sequence[Sequence[Json]]) -> Rows:
    """Rows from any sequences."""
    return Rows(tuple(columns), tuple(tuple(row) for row in rows))
