"""`--format json`: the contract's JSON, for programs."""

from __future__ import annotations

from archinspect.report._engine import format_, header, presentation_of
from archinspect.report._view import View
from archinspect.report.escape.json import dumps


@format_("json", ".json")
def json(result: object, view: View) -> str:
    """JSON with a published schema."""
    presentation = presentation_of(result, view)
    return dumps(header(presentation.kind, presentation.data(result, view)))
