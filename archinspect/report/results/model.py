"""One model: its facts by family, each with where it comes from; what is unknown, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archinspect.records import Fact, Json, ModelReport
from archinspect.report._document import (
    Block,
    Column,
    Document,
    Entry,
    Field,
    Grid,
    Heading,
    Line,
    Text,
    code,
    joined,
    plain,
)
from archinspect.report._engine import Presentation, Rows, as_rows
from archinspect.report._view import View
from archinspect.report.results._data import facts_data, model_data
from archinspect.report.results._lines import (
    counted,
    failure_entry,
    finding_entry,
    origin_line,
    value_line,
    where_line,
)

COLUMNS = ("fact", "family", "value", "unknown", "basis", "location")
NO_FAMILY = "facts"


def document(report: ModelReport, view: View) -> Document:
    """The model, for people."""
    version = library(report.facts.values())
    blocks: list[Block] = [identity(report, view, version)]
    if report.snapshot.error is not None:
        blocks.append(failure_entry(report))
    for family, facts in grouped(report, view):
        blocks += [Heading(plain(family, "strong"), 2), *_grids(facts, version)]
    if report.findings:
        blocks.append(Heading(plain("findings", "strong"), 2))
        blocks += [finding_entry(finding) for finding in report.findings]
    return Document(report.snapshot.target.model, tuple(blocks), _summary(report))


def data(report: ModelReport, view: View) -> dict[str, Json]:
    """The contract's `show`."""
    return {"versions": dict(view.versions), **model_data(report), "facts": facts_data(report.facts)}


def rows(report: ModelReport, view: View) -> Rows:
    """A row per fact, with its first evidence."""
    return as_rows(COLUMNS, [_row(fact, view) for _, facts in grouped(report, view) for fact in facts])


def library(facts: Iterable[Fact]) -> str:
    """`transformers==5.23.0:` when all evidence from classes and code is of one version, else nothing."""
    places = {item.location for fact in facts for item in fact.evidence}
    versions = {place.partition(":")[0] for place in places if place.startswith("transformers==")}
    return f"{versions.pop()}:" if len(versions) == 1 else ""


def identity(report: ModelReport, view: View, version: str = "") -> Entry:
    """The model's name, repository, where it was read, and by whose classes and code."""
    snapshot = report.snapshot
    fields = [Field("repository", code(snapshot.target.repo)), Field("read from", origin_line(snapshot))]
    if not snapshot.files:
        fields.pop()
    if version:
        fields.append(Field("as read by", code(version.removesuffix(":"))))
    if view.verbose:
        fields += [
            Field("file", code(path), plain(f"{len(file.content):,} bytes, {file.check}", "quiet"))
            for path, file in sorted(snapshot.files.items())
        ]
    return Entry((Text(snapshot.target.model, "strong", code=True),), tuple(fields))


def grouped(report: ModelReport, view: View) -> Iterator[tuple[str, list[Fact]]]:
    """Families by name, each with its facts by name: the known ones first."""
    families = sorted({view.families.get(name, NO_FAMILY) for name in report.facts})
    for family in families:
        facts = [fact for name, fact in report.facts.items() if view.families.get(name, NO_FAMILY) == family]
        yield family.replace("_", " "), sorted(facts, key=lambda fact: (not fact.known, fact.name))


def _grids(facts: list[Fact], version: str) -> Iterator[Grid]:
    known = [_known(fact, version) for fact in facts if fact.known]
    if known:
        yield Grid((Column("fact"), Column("value"), Column("where from")), tuple(known))
    reasons: dict[str, list[str]] = {}
    for fact in facts:
        if not fact.known:
            reasons.setdefault(fact.unknown or "", []).append(fact.name)
    if reasons:
        rows = tuple(
            (_unknown(names), plain(f"unknown: {reason}", "quiet")) for reason, names in reasons.items()
        )
        yield Grid((Column(""), Column("")), rows)


def _known(fact: Fact, version: str) -> tuple[Line, Line, Line]:
    where = where_line(fact.evidence, 1, version)
    if fact.disagreements:
        where = joined([where, plain(f"disagreeing: {len(fact.disagreements)}", "bad")])
    return code(fact.name), value_line(fact.value), where


def _unknown(names: list[str]) -> Line:
    return joined([code(name, "doubt") for name in names])


def _summary(report: ModelReport) -> Line:
    unknown = sum(not fact.known for fact in report.facts.values())
    found = [plain(f"{counted(len(report.facts) - unknown, 'fact')} known")]
    if unknown:
        found.append(plain(f"{unknown} unknown", "doubt"))
    if report.findings:
        found.append(plain(counted(len(report.findings), "finding")))
    return joined(found) if report.facts else plain("no facts: the model could not be looked at", "doubt")


def _row(fact: Fact, view: View) -> list[Json]:
    first = fact.evidence[0] if fact.evidence else None
    return [
        fact.name,
        view.families.get(fact.name),
        fact.value,
        fact.unknown,
        first.basis if first else None,
        first.location if first else None,
    ]


MODEL = Presentation("model", ModelReport, document, data, rows, when=lambda view: view.fact is None)
