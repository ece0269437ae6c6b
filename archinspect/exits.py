"""When a run fails beyond what the contract says by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from archinspect.errors import UsageError
from archinspect.records import ModelReport, Verdict

SEVERITIES: Final = ("note", "warning", "error")
CHOICES: Final = ("contradicted", "undetermined", *(f"finding:{name}" for name in reversed(SEVERITIES)))


def check_choices(fail_on: Sequence[str]) -> None:
    """Raises UsageError when a `--fail-on` value is none that exists."""
    for choice in fail_on:
        if choice not in CHOICES:
            raise UsageError(f"--fail-on {choice!r} does not exist", f"one of: {', '.join(CHOICES)}")


def exit_code(
    by_contract: int, verdicts: Iterable[Verdict], reports: Iterable[ModelReport], fail_on: Sequence[str]
) -> int:
    """1 when the caller asked to fail on something that is there, else the contract's code.

    `finding:warning` includes errors. A contradiction that is not acknowledged always fails.
    """
    check_choices(fail_on)
    if "undetermined" in fail_on and any(verdict.word == "undetermined" for verdict in verdicts):
        return 1
    asked = [SEVERITIES.index(name.split(":")[1]) for name in fail_on if name.startswith("finding:")]
    severities = [SEVERITIES.index(finding.severity) for report in reports for finding in report.findings]
    return 1 if asked and severities and max(severities) >= min(asked) else by_contract
