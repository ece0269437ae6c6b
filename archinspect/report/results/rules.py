"""The rules that files are held against."""

from __future__ import annotations

from archinspect.records import Json, RuleList
from archinspect.report._document import Column, Document, Grid, code, plain
from archinspect.report._engine import Presentation, Rows, as_rows
from archinspect.report._view import View
from archinspect.report.results._lines import SEVERITY_TONES, counted

COLUMNS = ("rule", "severity", "summary")


def document(rules: RuleList, view: View) -> Document:
    """A row per rule."""
    cells = tuple(
        (code(rule.id), plain(rule.severity, SEVERITY_TONES[rule.severity]), plain(rule.summary))
        for rule in rules.rules
    )
    columns = (Column("rule"), Column("severity"), Column("what goes wrong"))
    return Document("Rules", (Grid(columns, cells),), plain(counted(len(rules.rules), "rule")))


def data(rules: RuleList, view: View) -> dict[str, Json]:
    """The rules as objects."""
    return {
        "rules": [
            {"rule": rule.id, "severity": rule.severity, "summary": rule.summary} for rule in rules.rules
        ]
    }


def rows(rules: RuleList, view: View) -> Rows:
    """A row per rule."""
    return as_rows(COLUMNS, [[rule.id, rule.severity, rule.summary] for rule in rules.rules])


RULES = Presentation("rules", RuleList, document, data, rows)
