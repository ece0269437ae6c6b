"""One fact of one model: every witness, what each says, and what the value rests on."""

from __future__ import annotations

from collections.abc import Iterator

from archinspect.records import Evidence, Fact, Json, ModelReport, Reading
from archinspect.report._document import (
    Block,
    Document,
    Entry,
    Field,
    Heading,
    Line,
    Text,
    Tree,
    code,
    joined,
    plain,
)
from archinspect.report._engine import Presentation, Rows, as_rows
from archinspect.report._values import shown
from archinspect.report._view import View
from archinspect.report.results._data import evidence_tree, model_data, reading_data
from archinspect.report.results._lines import (
    counted,
    evidence_node,
    fact_line,
    failure_entry,
    file_url,
    origin_line,
)

COLUMNS = ("fact", "depth", "basis", "location", "raw")


def document(report: ModelReport, view: View) -> Document:
    """The value, the evidence as a tree, and the witnesses that disagree."""
    name = view.fact or ""
    title = f"{report.snapshot.target.model}: {name}"
    if name not in report.facts:
        return Document(title, (failure_entry(report),), plain("the model could not be looked at", "doubt"))
    fact = report.facts[name]
    blocks: list[Block] = [_value(report, fact)]
    if fact.evidence:
        blocks.append(Heading(plain("evidence", "strong"), 2))
        blocks += [evidence_node(item) for item in fact.evidence]
    if fact.disagreements:
        blocks.append(Heading(plain("witnesses that disagree", "strong"), 2))
        blocks += [_disagreement(reading) for reading in fact.disagreements]
    pages = dict.fromkeys(url for item in fact.roots() if (url := file_url(report.snapshot, item)))
    if pages:
        blocks.append(Heading(plain("to read", "strong"), 2))
        blocks += [Tree((Text(url, url=url),)) for url in pages]
    return Document(title, tuple(blocks), _summary(fact))


def data(report: ModelReport, view: View) -> dict[str, Json]:
    """The model, and the fact with its evidence all the way down."""
    fact = report.facts.get(view.fact or "")
    return {
        "versions": dict(view.versions),
        **model_data(report),
        "fact": view.fact,
        "value": fact.value if fact else None,
        "unknown": fact.unknown if fact else "the model could not be looked at",
        "evidence": [evidence_tree(item) for item in fact.evidence] if fact else [],
        "disagreements": [reading_data(item) for item in fact.disagreements] if fact else [],
    }


def rows(report: ModelReport, view: View) -> Rows:
    """A row per piece of evidence; `depth` says how far below the fact it lies."""
    fact = report.facts.get(view.fact or "")
    found = [pair for item in fact.evidence for pair in _walk(item, 0)] if fact else []
    return as_rows(COLUMNS, [_row(view.fact, depth, item) for depth, item in found])


def _value(report: ModelReport, fact: Fact) -> Entry:
    fields = [Field("value", fact_line(fact)), Field("read from", origin_line(report.snapshot))]
    if fact.unknown:
        fields.insert(1, Field("because", plain(fact.unknown)))
    head = (Text(report.snapshot.target.model, "strong", code=True), Text(f" {fact.name}", code=True))
    return Entry(head, tuple(fields))


def _disagreement(reading: Reading) -> Tree:
    return Tree(code(shown(reading.value), "bad"), tuple(evidence_node(item) for item in reading.evidence))


def _summary(fact: Fact) -> Line:
    pieces = plain(f"{counted(len(fact.evidence), 'piece')} of evidence")
    against = len(fact.disagreements)
    return joined([pieces, plain(f"{counted(against, 'reading')} against it", "bad") if against else ()])


def _walk(evidence: Evidence, depth: int) -> Iterator[tuple[int, Evidence]]:
    yield depth, evidence
    for item in evidence.rests_on:
        yield from _walk(item, depth + 1)


def _row(name: str | None, depth: int, item: Evidence) -> list[Json]:
    found = evidence_tree(item)
    return [name, depth, item.basis, item.location, found.get("raw")]


FACT = Presentation("fact", ModelReport, document, data, rows, when=lambda view: view.fact is not None)
