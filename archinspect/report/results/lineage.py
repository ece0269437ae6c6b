"""A model among the registered ones: its lineage, its nearest relatives, what is new in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from archinspect.records import Json, Lineage, ModelReport, Novelty, Relation
from archinspect.report._document import (
    Block,
    Column,
    Document,
    Entry,
    Field,
    Grid,
    Heading,
    Line,
    Paragraph,
    Text,
    code,
    joined,
    plain,
)
from archinspect.report._engine import Presentation, Rows, as_rows
from archinspect.report._view import View
from archinspect.report.results._data import fact_data, model_data
from archinspect.report.results._lines import (
    counted,
    fact_line,
    failure_entry,
    origin_line,
    where_line,
)

NEAREST = 5
NOT_THERE = "not_in_snapshot"
COLUMNS = ("fact", "family", "parent", "model", "seen_in")


def document(found: Lineage, view: View) -> Document:
    """The lineage and why, the nearest relatives, what is new, and since when the rest is known."""
    name = found.model.snapshot.target.model
    blocks: list[Block] = [_head(found)]
    if not found.model.facts:
        blocks.append(failure_entry(found.model))
    if found.relations:
        blocks += [Heading(plain("nearest", "strong"), 2), _nearest(found, view)]
    if found.parent is not None:
        blocks += _new(found)
        blocks += _inherited(found)
    if view.verbose and (absent := [one for one in found.unread if one.snapshot.outcome == NOT_THERE]):
        blocks.append(Heading(plain("not in the snapshot, not compared", "strong"), 2))
        blocks.append(Paragraph(joined([code(one.snapshot.target.model) for one in absent])))
    if failed := [one for one in found.unread if one.snapshot.outcome != NOT_THERE]:
        blocks.append(Heading(plain("not looked at", "strong"), 2))
        blocks += _failures(failed)
    return Document(name, tuple(blocks), _summary(found))


def data(found: Lineage, view: View) -> dict[str, Json]:
    """The lineage, every relation, and each fact as new, inherited or not comparable."""
    return {
        "versions": dict(view.versions),
        "model": model_data(found.model),
        "lineage": found.lineage,
        "reasons": list(found.reasons),
        "unknown": found.unknown,
        "complete": found.complete,
        "relations": [_relation_data(one) for one in found.relations],
        "parent": model_data(found.parent) if found.parent is not None else None,
        "passed_over": found.passed_over,
        "new": [
            {
                "fact": one.difference.name,
                "family": one.difference.family,
                "parent": fact_data(one.difference.left),
                "model": fact_data(one.difference.right),
                "seen_in": list(one.seen_in),
            }
            for one in found.new
        ],
        "inherited": [
            {"fact": one.fact.name, "value": one.fact.value, "since": one.since} for one in found.inherited
        ],
        "incomparable": [one.name for one in found.incomparable],
        "not_compared": [one.snapshot.target.model for one in found.unread],
    }


def rows(found: Lineage, view: View) -> Rows:
    """A row per fact that is new."""
    return as_rows(
        COLUMNS,
        [
            [
                one.difference.name,
                one.difference.family,
                one.difference.left.value,
                one.difference.right.value,
                ", ".join(one.seen_in),
            ]
            for one in found.new
        ],
    )


def _head(found: Lineage) -> Entry:
    snapshot = found.model.snapshot
    fields = [Field("read", code(snapshot.target.repo), origin_line(snapshot))]
    if found.lineage is not None:
        fields.append(Field("extends", code(found.lineage, "good"), plain("; ".join(found.reasons), "quiet")))
    else:
        fields.append(Field("extends", plain("unknown", "doubt"), plain(found.unknown or "", "quiet")))
    named = found.model.facts.get("base_model")
    if named is not None and named.value:
        fields.append(Field("card names", fact_line(named), where_line(named.evidence, 1)))
    if found.passed_over is not None:
        why = "the registry's parent could not be read; the nearest is compared instead"
        fields.append(Field("parent", code(found.passed_over, "doubt"), plain(why, "quiet")))
    return Entry(code(snapshot.target.model, "strong"), tuple(fields))


def _nearest(found: Lineage, view: View) -> Grid:
    shown = found.relations if view.verbose else found.relations[:NEAREST]
    columns = (
        Column("model"),
        Column("lineage"),
        Column("equal", numeric=True),
        Column("different", numeric=True),
        Column("also"),
    )
    return Grid(columns, tuple(_nearest_row(one) for one in shown))


def _nearest_row(one: Relation) -> tuple[Line, ...]:
    lineage = " ".join(part for part in (one.entry.lineage, one.entry.generation) if part)
    also = [
        plain(part)
        for part in (
            one.stated,
            "same class" if one.same_class else None,
            "same dimensions" if one.same_dimensions else None,
        )
        if part
    ]
    return (
        code(one.entry.name, "strong"),
        plain(lineage),
        code(str(one.equal)),
        code(str(one.different)),
        joined(also),
    )


def _new(found: Lineage) -> Iterator[Block]:
    assert found.parent is not None
    parent = found.parent.snapshot.target.model
    yield Heading((Text("new against "), Text(parent, code=True)), 2)
    if not found.new:
        yield Entry(plain("nothing", "quiet"))
    for one in found.new:
        yield _novelty(one, parent, found.model.snapshot.target.model)


def _novelty(one: Novelty, parent: str, model: str) -> Entry:
    sides = ((parent, one.difference.left), (model, one.difference.right))
    fields = [Field(name, fact_line(fact), where_line(fact.evidence, 1)) for name, fact in sides]
    names = joined([code(name) for name in one.seen_in[:NEAREST]])
    more = len(one.seen_in) - NEAREST
    seen = (*names, *(plain(f" and {more} more", "quiet") if more > 0 else ()))
    fields.append(Field("seen in", seen if one.seen_in else plain("no other registered model", "good")))
    return Entry(code(one.difference.name), tuple(fields))


def _inherited(found: Lineage) -> Iterator[Block]:
    yield Heading(plain("known already"), 2)
    for since, group in groupby(found.inherited, key=lambda one: one.since):
        names = joined([code(one.fact.name) for one in group])
        yield Entry((Text("since "), Text(since, code=True)), (Field("", names),))


def _failures(failed: Sequence[ModelReport]) -> Iterator[Entry]:
    """One entry for each way to fail: without a network that is one for dozens of models."""
    for outcome in dict.fromkeys(one.snapshot.outcome for one in failed):
        alike = [one for one in failed if one.snapshot.outcome == outcome]
        if len(alike) == 1:
            yield failure_entry(alike[0])
            continue
        names = joined([code(one.snapshot.target.model) for one in alike])
        head = (Text(outcome, "doubt"), Text(f" {counted(len(alike), 'model')}", "quiet"))
        yield Entry(head, (Field("", names), *failure_entry(alike[0]).fields))


def _summary(found: Lineage) -> Line:
    parts: list[Line] = []
    if found.parent is not None:
        parts.append(plain(f"{len(found.new)} new", "strong"))
        parts.append(plain(f"{len(found.inherited)} known already"))
    if found.incomparable:
        parts.append(plain(f"{len(found.incomparable)} not comparable: unknown on a side", "doubt"))
    if found.unread:
        parts.append(plain(f"{counted(len(found.unread), 'registered model')} not compared", "doubt"))
    return joined(parts)


def _relation_data(one: Relation) -> dict[str, Json]:
    return {
        "model": one.entry.name,
        "repo": one.entry.repo,
        "lineage": one.entry.lineage,
        "generation": one.entry.generation,
        "stated": one.stated,
        "same_class": one.same_class,
        "same_dimensions": one.same_dimensions,
        "equal": one.equal,
        "different": one.different,
    }


LINEAGE = Presentation("lineage", Lineage, document, data, rows)
