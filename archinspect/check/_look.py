"""Looks one fact up in one model's report: its value, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archinspect.check._values import part_of
from archinspect.records import Evidence, Fact, Json, ModelReport, Reason, ReasonCode, Snapshot


class Sight(Struct, frozen=True):
    """A fact's value (or the part asked for) and what else a verdict about it must know."""

    value: Json
    evidence: tuple[Evidence, ...]
    others: tuple[tuple[Json, tuple[Evidence, ...]], ...]
    """Values of witnesses that disagree, with their evidence."""

    def dissenting(self) -> tuple[Evidence, ...]:
        """The evidence that does not speak for `value`."""
        return tuple(item for _, evidence in self.others for item in evidence)


def why_not(report: ModelReport | None, model: str) -> Reason | None:
    """Why nothing can be said about a model at all, or None when its files were read."""
    if report is None:
        return Reason("not_fetched", f"{model} was not among the models looked at; name it too")
    snapshot = report.snapshot
    if snapshot.outcome == "read":
        return _foreign_copy(snapshot, model)
    message = snapshot.error.message if snapshot.error else f"outcome: {snapshot.outcome}"
    hint = f"; {snapshot.error.hint}" if snapshot.error and snapshot.error.hint else ""
    codes: dict[str, ReasonCode] = {"not_in_snapshot": "not_in_snapshot", "malformed": "fact_unknown"}
    return Reason(codes.get(snapshot.outcome, "not_fetched"), f"{model}: {message}{hint}")


def look(report: ModelReport, about: str, model: str) -> Sight | Reason:
    """The fact (or part of one) that `about` names."""
    name, _, part = about.partition(".")
    fact = report.facts.get(name)
    if fact is None:
        return Reason("fact_unknown", f"{model}: nothing derives {name!r} in this version")
    if not fact.known:
        return _unknown(fact, report.snapshot, model)
    value = part_of(fact.value, part)
    others = tuple((part_of(other.value, part), other.evidence) for other in fact.disagreements)
    return Sight(value, fact.evidence, others)


def deciding_files(evidence: tuple[Evidence, ...]) -> Iterator[str]:
    """The repository files whose bytes a piece of evidence depends on."""
    for item in evidence:
        for root in item.roots():
            if root.file is not None:
                yield root.file
            # What a class supplies or its code does depends on what config.json leaves unsaid.
            if root.basis in ("default", "code", "resolved"):
                yield "config.json"


def _foreign_copy(snapshot: Snapshot, model: str) -> Reason | None:
    if snapshot.origin.kind == "mirror" and snapshot.origin.equals_official is False:
        detail = (
            f"{model}: only {snapshot.origin.repo} could be read, and its files are not those of "
            f"{snapshot.target.repo}; access to the official repository would settle it"
        )
        return Reason("unverified_only", detail)
    return None


def _unknown(fact: Fact, snapshot: Snapshot, model: str) -> Reason:
    reason = fact.unknown or "unknown"
    files = {item.file for item in fact.roots() if item.file}
    for path, failure in snapshot.problems.items():
        if path in files or path in reason:
            return Reason("not_fetched", f"{model}: {path}: {failure.message}")
    if any(snapshot.has(path) is False for path in files):
        return Reason("no_file", f"{model}: {reason}")
    return Reason("fact_unknown", f"{model}: {reason}")
