"""An audit: contradictions first, then what could not be settled, then what is accepted, then counts."""

from __future__ import annotations

from collections import Counter
from typing import Final

from archinspect.records import Audit, Json, ModelReport, Severity, Verdict
from archinspect.report._document import Block, Document, Heading, Line, joined, plain
from archinspect.report._engine import Presentation, Rows, as_rows
from archinspect.report._view import View
from archinspect.report.results import _audit_parts as parts
from archinspect.report.results._data import model_data, verdict_data
from archinspect.report.results._lines import VERDICT_TONES, counted, finding_entry

LOOKED_AT = ("read", "not_in_snapshot")
SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "note")
COLUMNS = (
    "id",
    "subject",
    "about",
    "kind",
    "verdict",
    "acknowledged",
    "expected",
    "observed",
    "reason",
    "detail",
    "evidence",
    "unverified",
    "source",
    "section",
    "registry",
)


def document(audit: Audit, view: View) -> Document:
    """The whole run, for people."""
    blocks: list[Block] = [
        *_section("Contradicted", parts.contradictions(audit, view)),
        *_section("Could not be looked at", parts.failures(failed(audit))),
        *_section("Not settled", parts.undetermined(audit, view)),
        *_section("Contradicted, and acknowledged", parts.acknowledged(audit, view)),
        *_section("Acknowledged, and no longer contradicted", parts.outlived(audit, view)),
        *_section("Findings", _findings(audit, view)),
        *_section("Confirmed", parts.confirmed(audit) if view.verbose else []),
        *_section("Documented only", parts.documented(audit) if view.verbose else []),
        *_section("Claims by model", parts.counts_by_model(audit)),
    ]
    return Document("Audit", tuple(blocks), summary_line(audit))


def data(audit: Audit, view: View) -> dict[str, Json]:
    """The contract's `audit`."""
    return {
        "versions": dict(audit.versions),
        "exit_code": audit.exit_code,
        "complete": audit.complete,
        "summary": {
            "models": {"read": outcomes(audit)["read"], "failed": len(failed(audit))},
            "claims": tally(audit.verdicts),
        },
        "models": [model_data(report) for report in audit.models],
        "claims": [verdict_data(verdict, view) for verdict in audit.verdicts],
    }


def rows(audit: Audit, view: View) -> Rows:
    """A row per claim."""
    return as_rows(COLUMNS, [row(verdict, view) for verdict in audit.verdicts])


def failed(audit: Audit) -> list[ModelReport]:
    """The models that could not be looked at; one that the snapshot does not hold is none of them."""
    return [report for report in audit.models if report.snapshot.outcome not in LOOKED_AT]


def outcomes(audit: Audit) -> Counter[str]:
    """How often each outcome occurred."""
    return Counter(report.snapshot.outcome for report in audit.models)


def tally(verdicts: tuple[Verdict, ...]) -> dict[str, Json]:
    """Verdicts by word; an acknowledged contradiction counts as acknowledged only."""
    words = Counter("acknowledged" if verdict.acknowledged else verdict.word for verdict in verdicts)
    names = ("confirmed", "contradicted", "acknowledged", "undetermined", "documented")
    return {name: words[name] for name in names}


def summary_line(audit: Audit) -> Line:
    """The run in one line of counts."""
    counts = tally(audit.verdicts)
    order = ("contradicted", "acknowledged", "undetermined", "confirmed", "documented")
    found = [
        plain(f"{counts[name]} {name}", VERDICT_TONES.get(name, "plain") if counts[name] else "quiet")
        for name in order
    ]
    found.append(plain(f"{counted(outcomes(audit)['read'], 'model')} read"))
    if missing := outcomes(audit)["not_in_snapshot"]:
        found.append(plain(f"{missing} not in the snapshot", "quiet"))
    if failures := len(failed(audit)):
        found.append(plain(f"{failures} could not be looked at", "doubt"))
    findings = Counter(finding.severity for report in audit.models for finding in report.findings)
    found += [plain(counted(findings[name], name)) for name in SEVERITIES if findings[name]]
    return joined(found)


def _section(title: str, blocks: list[Block]) -> list[Block]:
    return [Heading(plain(title, "strong"), 2), *blocks] if blocks else []


def _findings(audit: Audit, view: View) -> list[Block]:
    found = [(report, finding) for report in audit.models for finding in report.findings]
    found.sort(key=lambda pair: SEVERITIES.index(pair[1].severity))
    listed = [pair for pair in found if view.verbose or pair[1].severity != "note"]
    blocks: list[Block] = [finding_entry(finding, report.snapshot.target.model) for report, finding in listed]
    left_out = len(found) - len(listed)
    if listed and left_out:
        blocks.append(parts.remark(f"{counted(left_out, 'note')} not shown; -v lists them"))
    return blocks


def row(verdict: Verdict, view: View) -> list[Json]:
    """One claim, by COLUMNS."""
    claim, reason = verdict.claim, verdict.reason
    return [
        claim.id,
        claim.subject,
        claim.about,
        claim.kind,
        verdict.word,
        verdict.acknowledged,
        verdict.expected,
        verdict.observed,
        reason.code if reason else None,
        reason.detail if reason else None,
        "; ".join(f"{item.location} ({item.basis})" for item in verdict.evidence),
        verdict.unverified,
        claim.source.title,
        claim.section,
        f"{view.path(claim.place.file)}:{claim.place.line}",
    ]


AUDIT = Presentation("audit", Audit, document, data, rows)
