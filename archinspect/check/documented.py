"""`kind = "documented"`: what no published file can settle: training data, dates of announcement, method."""

from __future__ import annotations

from archinspect.check._engine import claims_kind
from archinspect.check._judgement import Judgement
from archinspect.check._world import Ask
from archinspect.records.vocabulary import FieldSpec


@claims_kind(
    "documented",
    FieldSpec("statement", "string", "what the document says, in our words", required=True),
)
def documented(ask: Ask) -> Judgement:
    """Recorded with its source; no file can settle it, and it never affects the exit code."""
    return Judgement("not_judged")
