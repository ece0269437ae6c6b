"""Two models: the facts in which they differ, by family, with the evidence of both sides."""

from __future__ import annotations

from itertools import groupby

from archinspect.records import Diff, Difference, Fact, Json
from archinspect.report._document import (
    Block,
    Document,
    Entry,
    Field,
    Heading,
    Line,
    Text,
    code,
    joined,
    plain,
)
from archinspect.report._engine import Presentation, Rows, as_rows
from archinspect.report._view import View
from archinspect.report.results._data import fact_data, model_data
from archinspect.report.results._lines import fact_line, failure_entry, origin_line, where_line

COLUMNS = ("fact", "family", "left", "right", "left_evidence", "right_evidence")


def document(diff: Diff, view: View) -> Document:
    """What differs, then what could not be compared."""
    names = (diff.left.snapshot.target.model, diff.right.snapshot.target.model)
    blocks: list[Block] = [_sides(diff, names)]
    blocks += [failure_entry(report) for report in (diff.left, diff.right) if report.snapshot.error]
    for family, group in groupby(diff.differences, key=lambda item: item.family):
        blocks.append(Heading(plain(family.replace("_", " ") or "facts", "strong"), 2))
        blocks += [_difference(item, names) for item in group]
    if view.verbose and diff.incomparable:
        blocks.append(Heading(plain("could not be compared", "strong"), 2))
        blocks += [_incomparable(item, names) for item in diff.incomparable]
    return Document(f"{names[0]} and {names[1]}", tuple(blocks), _summary(diff))


def data(diff: Diff, view: View) -> dict[str, Json]:
    """Both models, and the facts that differ, are equal, or cannot be compared."""
    return {
        "versions": dict(view.versions),
        "left": model_data(diff.left),
        "right": model_data(diff.right),
        "differences": [_data(item) for item in diff.differences],
        "same": list(diff.same),
        "incomparable": [_data(item) for item in diff.incomparable],
    }


def rows(diff: Diff, view: View) -> Rows:
    """A row per difference."""
    return as_rows(COLUMNS, [_row(item) for item in diff.differences])


def _sides(diff: Diff, names: tuple[str, str]) -> Entry:
    head: Line = (Text(names[0], "strong", code=True), Text(" and "), Text(names[1], "strong", code=True))
    sides = zip(names, (diff.left, diff.right), strict=True)
    return Entry(
        head,
        tuple(
            Field(name, code(report.snapshot.target.repo), origin_line(report.snapshot))
            for name, report in sides
        ),
    )


def _difference(item: Difference, names: tuple[str, str]) -> Entry:
    sides = zip(names, (item.left, item.right), strict=True)
    fields = tuple(Field(name, fact_line(fact), where_line(fact.evidence, 1)) for name, fact in sides)
    return Entry(code(item.name), fields)


def _incomparable(item: Difference, names: tuple[str, str]) -> Entry:
    sides = zip(names, (item.left, item.right), strict=True)
    return Entry(code(item.name), tuple(Field(name, fact_line(fact), _why(fact)) for name, fact in sides))


def _why(fact: Fact) -> Line:
    return where_line(fact.evidence, 1) if fact.known else plain(fact.unknown or "", "quiet")


def _summary(diff: Diff) -> Line:
    found = [
        plain(f"{len(diff.differences)} different", "strong"),
        plain(f"{len(diff.same)} equal"),
    ]
    if diff.incomparable:
        found.append(plain(f"{len(diff.incomparable)} not comparable: unknown on a side", "doubt"))
    return joined(found)


def _data(item: Difference) -> dict[str, Json]:
    return {
        "fact": item.name,
        "family": item.family,
        "left": fact_data(item.left),
        "right": fact_data(item.right),
    }


def _row(item: Difference) -> list[Json]:
    places = [
        "; ".join(f"{one.location} ({one.basis})" for one in fact.evidence)
        for fact in (item.left, item.right)
    ]
    return [item.name, item.family, item.left.value, item.right.value, *places]


DIFF = Presentation("diff", Diff, document, data, rows)
