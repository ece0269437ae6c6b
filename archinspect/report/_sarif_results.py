"""The results of a SARIF run, and the rules they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from archinspect.records import Audit, Evidence, Finding, ModelReport, Place, Severity, Verdict
from archinspect.report._messages import finding_message, verdict_message
from archinspect.report._view import View
from archinspect.report.escape.visible import visible

LEVELS: Final[dict[Severity, str]] = {"error": "error", "warning": "warning", "note": "note"}
DESCRIPTIONS: Final[dict[str, str]] = {
    "claim": "A documented claim of the kind {} that published files contradict or cannot settle",
    "finding": "A model's published files: {}",
}
HELP: Final[dict[str, str]] = {
    "claim": "`archinspect explain CLAIM-ID` shows the key, line or tensor that decides a claim of kind {}.",
    "finding": "Run `archinspect rules` for what goes wrong with {}, `archinspect show MODEL` for the model.",
}
FINGERPRINT = "archinspect/v1"


def results(audit: Audit, view: View) -> list[dict[str, Any]]:
    """A result per claim that is contradicted or open, and per finding."""
    judged = [item for item in audit.verdicts if item.word in ("contradicted", "undetermined")]
    return [
        *(_verdict(verdict, view) for verdict in judged),
        *(_finding(finding, report, view) for report in audit.models for finding in report.findings),
    ]


def rules(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """A rule per claim kind and per kind of finding among the results, sorted."""
    return [_rule(identity) for identity in sorted({result["ruleId"] for result in found})]


def locations(place: Place | None, view: View) -> dict[str, Any]:
    """`locations` with the place in the registry; nothing without one."""
    if place is None:
        return {}
    region = {"startLine": max(place.line, 1)}
    where = {"artifactLocation": {"uri": _uri(view.path(place.file))}, "region": region}
    return {"locations": [{"physicalLocation": where}]}


def _rule(identity: str) -> dict[str, Any]:
    family, _, name = identity.partition("/")
    said = {"text": DESCRIPTIONS[family].format(visible(name))}
    # GitHub's code scanning wants all three, although the standard makes them optional.
    return {
        "id": identity,
        "name": visible(name),
        "shortDescription": said,
        "fullDescription": said,
        "help": {"text": HELP[family].format(visible(name))},
    }


def _verdict(verdict: Verdict, view: View) -> dict[str, Any]:
    claim = verdict.claim
    result: dict[str, Any] = {
        "ruleId": f"claim/{claim.kind}",
        "message": {"text": _text(f"{claim.id} {verdict.word}\n{verdict_message(verdict)}")},
        **_grade(verdict),
        **locations(claim.place, view),
        "partialFingerprints": {FINGERPRINT: visible(claim.id)},
        "properties": {"claim": claim.id, "expected": verdict.expected, "observed": verdict.observed},
    }
    if verdict.acknowledged and claim.acknowledged:
        until = claim.acknowledged.until.isoformat()
        reason = f"{claim.acknowledged.reason} (until {until})"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": _text(reason)}]
    if evidence := [root for item in verdict.evidence for root in item.roots()]:
        result["relatedLocations"] = _related(evidence)
    return result


def _grade(verdict: Verdict) -> dict[str, str]:
    """A result that is no failure has no level (SARIF 3.27.10)."""
    if verdict.word == "undetermined":
        return {"kind": "open", "level": "none"}
    return {"kind": "fail", "level": "note" if verdict.acknowledged else "error"}


def _finding(finding: Finding, report: ModelReport, view: View) -> dict[str, Any]:
    model = report.snapshot.target.model
    where = ";".join(item.location for item in finding.evidence)
    result: dict[str, Any] = {
        "ruleId": f"finding/{finding.rule}",
        "kind": "fail",
        "level": LEVELS[finding.severity],
        "message": {"text": _text(finding_message(finding, report))},
        **locations(view.model_place(model), view),
        "partialFingerprints": {FINGERPRINT: visible(f"{model}:{finding.rule}:{where}")},
        "properties": {"model": model},
    }
    if finding.evidence:
        result["relatedLocations"] = _related(finding.evidence)
    return result


def _related(evidence: Iterable[Evidence]) -> list[dict[str, Any]]:
    """Where the evidence lies: outside of the repository being scanned, thus by name."""
    places = dict.fromkeys((item.location, item.basis) for item in evidence)
    return [
        {
            "id": number,
            "logicalLocations": [{"fullyQualifiedName": visible(location), "kind": "element"}],
            "message": {"text": _text(f"{location} ({basis})")},
        }
        for number, (location, basis) in enumerate(places, 1)
    ]


def _uri(path: str) -> str:
    pure = PurePath(path)
    return pure.as_uri() if pure.is_absolute() else quote(pure.as_posix())


def _text(text: str) -> str:
    return "\n".join(visible(line) for line in text.split("\n"))
