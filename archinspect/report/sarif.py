"""`--format sarif`: SARIF 2.1.0, for code scanning.

A contradiction points at the claim's line in registry.toml; its evidence is named beside it. An
acknowledged one is a suppressed result, an undetermined one an open question (`kind: open`).
Findings have rules of their own and point at the model's entry. What could not be looked at is a
notification of the run, which then has not succeeded.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from typing import Any

from archinspect.records import Audit
from archinspect.report._engine import format_
from archinspect.report._messages import failure_message
from archinspect.report._sarif_results import locations, results, rules
from archinspect.report._view import View
from archinspect.report.escape.json import dumps
from archinspect.report.results.audit import failed

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://github.com/archinspect/archinspect"


@format_("sarif", ".sarif", of=Audit)
def sarif(audit: Audit, view: View) -> str:
    """SARIF 2.1.0 for code scanning."""
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(audit, view)]})


def _run(audit: Audit, view: View) -> dict[str, Any]:
    found = results(audit, view)
    known = rules(found)
    index = {rule["id"]: number for number, rule in enumerate(known)}
    return {
        "tool": {"driver": {**_driver(audit), "rules": known}},
        "invocations": [_invocation(audit, view)],
        "columnKind": "unicodeCodePoints",
        "results": [{**result, "ruleIndex": index[result["ruleId"]]} for result in found],
    }


def _driver(audit: Audit) -> dict[str, str]:
    driver = {"name": "archinspect", "informationUri": HOME}
    if version := audit.versions.get("archinspect"):
        driver["version"] = version
    return driver


def _invocation(audit: Audit, view: View) -> dict[str, Any]:
    notes = [
        {
            "level": "error",
            "message": {"text": failure_message(report)},
            "descriptor": {"id": f"not-looked-at/{report.snapshot.outcome}"},
            **locations(view.model_place(report.snapshot.target.model), view),
        }
        for report in failed(audit)
    ]
    return {
        "executionSuccessful": audit.complete,
        "exitCode": audit.exit_code,
        "toolExecutionNotifications": notes,
    }
