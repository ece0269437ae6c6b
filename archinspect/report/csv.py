"""`--format csv`: a row per claim, fact, difference or model, for spreadsheets."""

from __future__ import annotations

import csv as standard
import io

from archinspect.records import Json
from archinspect.report._engine import format_, presentation_of
from archinspect.report._view import View
from archinspect.report.escape.csv import csv_text
from archinspect.report.escape.json import compact


@format_("csv", ".csv")
def csv(result: object, view: View) -> str:
    """Comma-separated rows (RFC 4180)."""
    found = presentation_of(result, view).rows(result, view)
    out = io.StringIO()
    writer = standard.writer(out, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in found.columns])
    writer.writerows([_cell(value) for value in row] for row in found.rows)
    return out.getvalue()


def _cell(value: Json) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return csv_text(value)
        case int() | float():
            return compact(value).strip('"')
    return csv_text(compact(value))
