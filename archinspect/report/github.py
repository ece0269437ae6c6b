"""`--format github`: annotations on the lines of registry.toml, as GitHub's runner reads them from a log.

A step shows ten annotations of each level; the gravest come first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from archinspect.records import Audit, Finding, ModelReport, Place, Severity, Verdict
from archinspect.report._engine import format_
from archinspect.report._messages import failure_message, finding_message, verdict_message
from archinspect.report._view import View
from archinspect.report.escape.github import message, property_
from archinspect.report.escape.terminal import clean
from archinspect.report.results.audit import failed, summary_line

Command: TypeAlias = Literal["error", "warning", "notice"]
COMMANDS: Final[dict[Severity, Command]] = {"error": "error", "warning": "warning", "note": "notice"}
ORDER: Final[tuple[Command, ...]] = ("error", "warning", "notice")


@format_("github", of=Audit)
def github(audit: Audit, view: View) -> str:
    """Annotations for GitHub Actions."""
    found = [*_verdicts(audit, view), *_failures(audit, view), *_findings(audit, view)]
    found.sort(key=lambda item: ORDER.index(item[0]))
    summary = clean("".join(text.text for text in summary_line(audit)))
    return "".join(f"{line}\n" for line in [*(line for _, line in found), summary])


def _verdicts(audit: Audit, view: View) -> Iterator[tuple[Command, str]]:
    for verdict in audit.verdicts:
        command = _command(verdict)
        if command:
            title = f"{verdict.word}: {verdict.claim.id}"
            text = verdict_message(verdict)
            yield command, _annotation(command, title, text, verdict.claim.place, view)


def _command(verdict: Verdict) -> Command | None:
    if verdict.word == "contradicted":
        return "notice" if verdict.acknowledged else "error"
    if verdict.word == "undetermined" and verdict.reason and verdict.reason.code == "not_fetched":
        return "warning"
    return "notice" if verdict.word == "undetermined" else None


def _failures(audit: Audit, view: View) -> Iterator[tuple[Command, str]]:
    for report in failed(audit):
        title = f"{report.snapshot.outcome}: {report.snapshot.target.model}"
        place = view.model_place(report.snapshot.target.model)
        yield "warning", _annotation("warning", title, failure_message(report), place, view)


def _findings(audit: Audit, view: View) -> Iterator[tuple[Command, str]]:
    for report in audit.models:
        for finding in report.findings:
            yield COMMANDS[finding.severity], _finding(finding, report, view)


def _finding(finding: Finding, report: ModelReport, view: View) -> str:
    place = view.model_place(report.snapshot.target.model)
    text = finding_message(finding, report)
    return _annotation(COMMANDS[finding.severity], finding.rule, text, place, view)


def _annotation(command: Command, title: str, text: str, place: Place | None, view: View) -> str:
    where = [f"file={property_(view.path(place.file))}", f"line={place.line}"] if place else []
    return f"::{command} {','.join([*where, f'title={property_(title)}'])}::{message(text)}"
