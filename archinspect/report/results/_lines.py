"""Lines that several reports are made of: evidence, sources, documented values, models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from archinspect.records import (
    ABSENT,
    Claim,
    Evidence,
    Fact,
    Finding,
    Gap,
    Json,
    ModelReport,
    Severity,
    Snapshot,
    Verdict,
)
from archinspect.report._document import Entry, Field, Line, Text, Tone, Tree, code, joined, plain
from archinspect.report._values import shown
from archinspect.report._view import View

VERDICT_TONES: Final[Mapping[str, Tone]] = {
    "confirmed": "good",
    "contradicted": "bad",
    "undetermined": "doubt",
    "documented": "quiet",
}
SEVERITY_TONES: Final[Mapping[Severity, Tone]] = {"error": "bad", "warning": "doubt", "note": "quiet"}
SHORT_SHA = 12
RAW_LENGTH = 120


def counted(number: int, noun: str) -> str:
    """`1 model`, `2 models`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def value_line(value: Json, tone: Tone = "plain") -> Line:
    """A value; a known absence is quiet."""
    return code(shown(value), "quiet" if value is None and tone == "plain" else tone)


def fact_line(fact: Fact) -> Line:
    """A fact's value, or that it is unknown."""
    return value_line(fact.value) if fact.known else plain("unknown", "doubt")


def where_line(evidence: Iterable[Evidence], most: int = 2, known: str = "") -> Line:
    """Where the first witnesses say it: `config.json#/rope_theta (stated)`.

    `known` is the beginning of locations that the reader has been told and need not see again.
    """
    found = list(dict.fromkeys((item.location.removeprefix(known), item.basis) for item in evidence))
    parts = [(Text(location, "quiet", code=True), Text(f" ({basis})", "quiet")) for location, basis in found]
    more = [plain(f"{len(found) - most} more", "quiet")] if len(found) > most else []
    return joined([*parts[:most], *more])


def source_line(claim: Claim) -> Line:
    """The document a claim was read in, and where in it."""
    source = claim.source
    parts: list[Line] = [(Text(source.title, url=source.url),)]
    if claim.section:
        parts.append(plain(claim.section))
    return joined(parts)


def documented_line(expected: Json) -> Line:
    """What a document says. Fields of a claim read as a phrase where they are a figure or bounds."""
    if not isinstance(expected, Mapping):
        return value_line(expected)
    rest = dict(expected)
    head = " ".join(_head(rest))
    tail = list(_margin(rest)) if "value" in expected else []
    tail += [f"{key}: {shown(item)}" for key, item in rest.items()]
    if head and tail:
        return code(f"{head} ({', '.join(tail)})")
    return code(head or ", ".join(tail) or "none")


def observed_line(verdict: Verdict) -> Line:
    """What the files say, in the verdict's colour."""
    if verdict.word == "undetermined" and verdict.observed is None:
        return plain("cannot be told", "doubt")
    return value_line(verdict.observed, VERDICT_TONES[verdict.word])


def place_line(claim: Claim, view: View) -> Line:
    """The claim's line in the registry."""
    return code(f"{view.path(claim.place.file)}:{claim.place.line}", "quiet")


def evidence_node(evidence: Evidence) -> Tree:
    """A piece of evidence with its raw value, and what it rests on below it."""
    line: list[Text] = [Text(evidence.location, code=True), Text(f" ({evidence.basis})", "quiet")]
    if evidence.raw is not ABSENT:
        line += [Text(" = ", "quiet"), Text(shown(evidence.raw, RAW_LENGTH), code=True)]
    return Tree(tuple(line), tuple(evidence_node(item) for item in evidence.rests_on))


def finding_entry(finding: Finding, model: str | None = None) -> Entry:
    """A finding: severity, model, rule; then the message and where it can be seen."""
    head = [Text(finding.severity, SEVERITY_TONES[finding.severity]), Text(" ")]
    head += [Text(model, "strong", code=True), Text(" ")] if model else []
    head.append(Text(finding.rule, code=True))
    fields = [Field("", plain(finding.message))]
    if finding.evidence:
        fields.append(Field("at", where_line(finding.evidence, most=4)))
    return Entry(tuple(head), tuple(fields))


def failure_entry(report: ModelReport) -> Entry:
    """A model that could not be looked at: outcome, message, next step."""
    snapshot, error = report.snapshot, report.snapshot.error
    head = (
        Text(snapshot.target.model, "strong", code=True),
        Text(" "),
        Text(snapshot.outcome, "doubt"),
        Text(f" {snapshot.target.repo}", "quiet"),
    )
    fields = [Field("", plain(error.message))] if error else []
    if error and error.hint:
        fields.append(Field("hint", plain(error.hint)))
    return Entry(head, tuple(fields))


def origin_line(snapshot: Snapshot) -> Line:
    """Where the bytes were read, and how sure we are of them."""
    origin = snapshot.origin
    text = {"hub": "the Hub", "cache": "the Hub cache", "bundled": "the bundled snapshot"}.get(origin.kind)
    parts: list[Line] = [plain(text or f"{origin.kind} {origin.repo}")]
    if snapshot.revision:
        parts.append(code(snapshot.revision[:SHORT_SHA]))
    if origin.equals_official is False:
        parts.append(plain("not the official bytes", "doubt"))
    unverified = sorted(file.path for file in snapshot.files.values() if file.check == "unverified")
    if unverified and origin.kind != "local":
        parts.append(plain(f"unverified: {', '.join(unverified)}", "doubt"))
    return joined(parts)


def gap_entry(gap: Gap) -> Entry:
    """Something that could not be read: what it affects, the construct, its line."""
    fields = (Field("", plain(gap.construct)), Field("at", code(gap.location, "quiet")))
    return Entry(code(gap.affects, "doubt"), fields)


def file_url(snapshot: Snapshot, evidence: Evidence) -> str | None:
    """The page on the Hub that shows the file a piece of evidence lies in; None for what is local."""
    if snapshot.origin.kind == "local" or not snapshot.revision or evidence.file is None:
        return None
    return f"https://huggingface.co/{snapshot.origin.repo}/blob/{snapshot.revision}/{evidence.file}"


def _head(fields: dict[str, Json]) -> Iterable[str]:
    """The part of a claim's fields that reads as a phrase; taken out of `fields`."""
    if "value" in fields:
        value = fields.pop("value")
        # Figures in quotes keep the digits that were printed: "0.490".
        yield value if isinstance(value, str) and value else shown(value)
        if fields.get("unit"):
            yield str(fields.pop("unit"))
    elif "values" in fields:
        yield f"one of {shown(fields.pop('values'))}"
    if "min" in fields:
        yield f"at least {shown(fields.pop('min'))}"
    if "max" in fields:
        yield f"at most {shown(fields.pop('max'))}"


def _margin(fields: dict[str, Json]) -> Iterable[str]:
    """How exactly a figure is meant; taken out of `fields`."""
    if "k" in fields:
        yield f"K = {fields.pop('k')}"
    tolerance = fields.pop("tolerance", None)
    if isinstance(tolerance, (int, float)) and tolerance:
        yield f"±{tolerance:.2%}".replace(".00%", "%")
    elif tolerance:
        yield f"tolerance: {shown(tolerance)}"
