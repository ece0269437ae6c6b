"""Records as the contract's JSON. Keys are always there, null when there is nothing to say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from archinspect.records import (
    ABSENT,
    Claim,
    ClaimSource,
    Evidence,
    Fact,
    Facts,
    Failure,
    Finding,
    Gap,
    Json,
    ModelReport,
    Reading,
    Verdict,
)
from archinspect.report._view import View


def model_data(report: ModelReport) -> dict[str, Json]:
    """One entry of `models`."""
    snapshot = report.snapshot
    return {
        "model": snapshot.target.model,
        "repo": snapshot.target.repo,
        "requested": snapshot.target.revision,
        "revision": snapshot.revision,
        "outcome": snapshot.outcome,
        "error": failure_data(snapshot.error),
        "source": {
            "kind": snapshot.origin.kind,
            "repo": snapshot.origin.repo,
            "equals_official": snapshot.origin.equals_official,
        },
        "files": [
            {"path": file.path, "blob_id": file.blob_id, "bytes": len(file.content), "check": file.check}
            for _, file in sorted(snapshot.files.items())
        ],
        "findings": [finding_data(finding) for finding in report.findings],
    }


def failure_data(failure: Failure | None) -> dict[str, Json] | None:
    """Why something could not be looked at."""
    if failure is None:
        return None
    return {"code": failure.code, "message": failure.message, "hint": failure.hint}


def finding_data(finding: Finding) -> dict[str, Json]:
    """One entry of `findings`."""
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "evidence": evidence_data(finding.evidence),
    }


def gap_data(gap: Gap) -> dict[str, Json]:
    """One entry of `unknowns`."""
    return {"construct": gap.construct, "location": gap.location, "affects": gap.affects}


def evidence_data(evidence: Iterable[Evidence]) -> list[dict[str, Json]]:
    """Entries of `evidence`; `raw` is left out when there is nothing to quote."""
    return [_evidence(item) for item in evidence]


def evidence_tree(evidence: Evidence) -> dict[str, Json]:
    """One piece of evidence with what it rests on, all the way down."""
    return {**_evidence(evidence), "rests_on": [evidence_tree(item) for item in evidence.rests_on]}


def facts_data(facts: Facts) -> dict[str, Json]:
    """Every fact by name."""
    return {name: fact_data(fact) for name, fact in facts.items()}


def fact_data(fact: Fact) -> dict[str, Json]:
    """One fact."""
    return {"value": fact.value, "unknown": fact.unknown, "evidence": evidence_data(fact.evidence)}


def reading_data(reading: Reading) -> dict[str, Json]:
    """What one witness says that the chosen value contradicts."""
    return {"value": reading.value, "evidence": evidence_data(reading.evidence)}


def verdict_data(verdict: Verdict, view: View) -> dict[str, Json]:
    """One entry of `claims`."""
    claim, reason = verdict.claim, verdict.reason
    return {
        "id": claim.id,
        "subject": claim.subject,
        "about": claim.about or None,
        "kind": claim.kind,
        "expected": verdict.expected,
        "verdict": verdict.word,
        "observed": verdict.observed,
        "reason": {"code": reason.code, "detail": reason.detail} if reason else None,
        "evidence": evidence_data(verdict.evidence),
        "unverified": verdict.unverified,
        "counterexamples": [_counterexample(item) for item in verdict.counterexamples],
        "acknowledged": _acknowledged(verdict),
        "source": source_data(claim.source, claim.section),
        "registry": place_data(claim, view),
    }


def source_data(source: ClaimSource, section: str | None) -> dict[str, Json]:
    """Where a claim was read."""
    return {
        "key": source.key,
        "title": source.title,
        "url": source.url,
        "section": section,
        "date": source.date,
    }


def place_data(claim: Claim, view: View) -> dict[str, Json]:
    """Where a claim stands in the registry."""
    return {"file": view.path(claim.place.file), "line": claim.place.line}


def _evidence(item: Evidence) -> dict[str, Json]:
    data: dict[str, Json] = {"basis": item.basis, "location": item.location}
    if item.raw is not ABSENT:
        data["raw"] = item.raw
    return data


def _acknowledged(verdict: Verdict) -> dict[str, Json] | None:
    accepted = verdict.claim.acknowledged
    if accepted is None or not verdict.acknowledged:
        return None
    return {"reason": accepted.reason, "until": accepted.until.isoformat()}


def _counterexample(item: Mapping[str, Any]) -> dict[str, Json]:
    return {key: _without_records(value) for key, value in item.items()}


def _without_records(value: Any) -> Json:
    match value:
        case Evidence():
            return _evidence(value)
        case list() | tuple():
            return [_without_records(item) for item in value]
    return value
