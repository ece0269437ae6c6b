"""One sentence per verdict, finding or failure: what annotations, JUnit and SARIF say."""

from __future__ import annotations

from collections.abc import Iterable

from archinspect.records import Evidence, Finding, Json, ModelReport, Verdict
from archinspect.report._document import Line
from archinspect.report._values import shown
from archinspect.report.escape.terminal import harmless
from archinspect.report.escape.visible import visible
from archinspect.report.results._lines import documented_line

MOST_PLACES = 3
MOST_MODELS = 6


def verdict_message(verdict: Verdict) -> str:
    """What is documented, what was observed and where; several lines."""
    claim = verdict.claim
    lines = [f"documented: {_text(documented_line(verdict.expected))} ({_source(verdict)})"]
    if claim.about:
        lines[0] = f"{claim.about} {lines[0]}"
    if verdict.reason:
        lines.append(f"undetermined, {verdict.reason.code}: {verdict.reason.detail}")
    if verdict.counterexamples:
        lines.append(f"except: {_counterexamples(verdict)}")
    elif verdict.word in ("contradicted", "confirmed"):
        lines.append(f"observed: {shown(verdict.observed)}{places(verdict.evidence)}")
    if verdict.acknowledged and claim.acknowledged:
        lines.append(
            f"acknowledged until {claim.acknowledged.until.isoformat()}: {claim.acknowledged.reason}"
        )
    return _joined([*lines, *verdict.notes])


def finding_message(finding: Finding, report: ModelReport) -> str:
    """The finding with its model and where it can be seen."""
    return _joined([f"{report.snapshot.target.model}: {finding.message}{places(finding.evidence)}"])


def failure_message(report: ModelReport) -> str:
    """Why a model could not be looked at, and the next step."""
    snapshot, error = report.snapshot, report.snapshot.error
    head = f"{snapshot.target.model} ({snapshot.target.repo}) could not be looked at: {snapshot.outcome}"
    parts = [error.message, *([error.hint] if error.hint else [])] if error else []
    return _joined([head, *parts])


def places(evidence: Iterable[Evidence]) -> str:
    """` (at A, B)` for the first places the evidence rests on, nothing when there is none."""
    roots = dict.fromkeys(root.location for item in evidence for root in item.roots())
    if not roots:
        return ""
    listed = ", ".join(list(roots)[:MOST_PLACES])
    more = f" and {len(roots) - MOST_PLACES} more" if len(roots) > MOST_PLACES else ""
    return f" (at {listed}{more})"


def _counterexamples(verdict: Verdict) -> str:
    found = [_counterexample(item.get("model"), item.get("observed")) for item in verdict.counterexamples]
    more = [f"and {len(found) - MOST_MODELS} more"] if len(found) > MOST_MODELS else []
    return "; ".join([*found[:MOST_MODELS], *more])


def _counterexample(model: Json, observed: Json) -> str:
    return f"{model}: {shown(observed)}"


def _source(verdict: Verdict) -> str:
    section = verdict.claim.section
    return f"{verdict.claim.source.title}, {section}" if section else verdict.claim.source.title


def _text(line: Line) -> str:
    return "".join(text.text for text in line)


def _joined(lines: list[str]) -> str:
    """Only our own line breaks: one that a file brought along could begin a command in a CI's log."""
    return "\n".join(harmless(visible(line)) for line in lines)
