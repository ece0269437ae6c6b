"""Verdicts and reports -> counts and the exit code."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from archinspect.records import ModelReport, Verdict

LOOKED_AT = ("read", "not_in_snapshot")
"""Outcomes of a model that was looked at, or that the chosen source is known not to hold."""


class Summary(Struct, frozen=True):
    """What an audit comes to. Acknowledged contradictions count only as acknowledged."""

    exit_code: int
    """0 nothing contradicted and all looked at, 1 contradicted, 3 something could not be looked at."""
    complete: bool
    read: int
    failed: int
    """Models that could not be looked at; one that the bundled snapshot lacks is neither."""
    confirmed: int
    contradicted: int
    acknowledged: int
    undetermined: int
    documented: int


def summarise(verdicts: Iterable[Verdict], reports: Iterable[ModelReport]) -> Summary:
    """Count, and decide the exit code: a contradiction outweighs what could not be looked at."""
    verdicts, reports = tuple(verdicts), tuple(reports)
    outcomes = [report.snapshot.outcome for report in reports]
    failed = sum(outcome not in LOOKED_AT for outcome in outcomes)
    blind = [verdict for verdict in verdicts if verdict.reason and verdict.reason.code == "not_fetched"]
    complete = not failed and not blind
    contradicted = sum(verdict.word == "contradicted" and not verdict.acknowledged for verdict in verdicts)
    return Summary(
        exit_code=1 if contradicted else 0 if complete else 3,
        complete=complete,
        read=outcomes.count("read"),
        failed=failed,
        confirmed=sum(verdict.word == "confirmed" for verdict in verdicts),
        contradicted=contradicted,
        acknowledged=sum(verdict.acknowledged for verdict in verdicts),
        undetermined=sum(verdict.word == "undetermined" for verdict in verdicts),
        documented=sum(verdict.word == "documented" for verdict in verdicts),
    )
