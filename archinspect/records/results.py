"""Findings, verdicts and whole audits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from archinspect.records.evidence import Evidence, Fact, Facts, Json
from archinspect.records.registry import Claim, ModelEntry
from archinspect.records.snapshot import Snapshot

Severity = Literal["error", "warning", "note"]
VerdictWord = Literal["confirmed", "contradicted", "undetermined", "documented"]
ReasonCode = Literal[
    "not_fetched", "not_in_snapshot", "fact_unknown", "witnesses_disagree", "unverified_only", "no_file"
]


class Finding(Struct, frozen=True):
    """Something about a model's own files that is wrong or surprising."""

    rule: str
    severity: Severity
    message: str
    """What goes wrong for the user, with the values."""
    evidence: tuple[Evidence, ...]


class Reason(Struct, frozen=True):
    """Why a verdict is undetermined; `detail` says what would settle it."""

    code: ReasonCode
    detail: str


class Verdict(Struct, frozen=True):
    """A claim, judged."""

    claim: Claim
    word: VerdictWord
    expected: Json
    observed: Json
    reason: Reason | None = None
    evidence: tuple[Evidence, ...] = ()
    unverified: bool = False
    """The deciding bytes match no published digest."""
    counterexamples: tuple[Mapping[str, Json], ...] = ()
    """For claims about sets: {model, observed, evidence} of each model that breaks it."""
    notes: tuple[str, ...] = ()
    """What the verdict rests on: a class default, a stand-in repository, an unverified copy ..."""
    acknowledged: bool = False
    """A contradiction that the registry accepts today; an expired acceptance is not one."""


class ModelReport(Struct, frozen=True):
    """Everything about one model that was looked at (or could not be)."""

    snapshot: Snapshot
    facts: Facts
    """Every fact when the config was read; empty otherwise."""
    findings: tuple[Finding, ...] = ()


class Audit(Struct, frozen=True):
    """One run over a registry."""

    models: tuple[ModelReport, ...]
    verdicts: tuple[Verdict, ...]
    """Sorted by claim id."""
    exit_code: int
    complete: bool
    """False whenever something could not be looked at."""
    versions: Mapping[str, str] = field(default_factory=dict)


class Difference(Struct, frozen=True):
    """One fact that two models do not share, both sides known."""

    name: str
    family: str
    left: Fact
    right: Fact


class Diff(Struct, frozen=True):
    """What distinguishes two models, and what could not be compared."""

    left: ModelReport
    right: ModelReport
    differences: tuple[Difference, ...]
    """By family, then by name."""
    same: tuple[str, ...]
    """Facts that are known on both sides and equal."""
    incomparable: tuple[Difference, ...]
    """Facts that are unknown on at least one side: not a difference."""


class Table(Struct, frozen=True):
    """Models beside each other: a row per model, a column per fact."""

    models: tuple[ModelReport, ...]
    columns: tuple[str, ...]


class Listing(Struct, frozen=True):
    """The models a registry has."""

    entries: tuple[ModelEntry, ...]


class RuleInfo(Struct, frozen=True):
    """A rule that files are held against."""

    id: str
    severity: Severity
    summary: str


class RuleList(Struct, frozen=True):
    """All rules."""

    rules: tuple[RuleInfo, ...]
