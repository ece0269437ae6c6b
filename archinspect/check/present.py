"""`kind = "present"`: there is one, or there is none: a window, a scaling, a soft cap, a QK norm."""

from __future__ import annotations

from collections.abc import Mapping

from archinspect.check._engine import kind
from archinspect.check._judgement import Outcome, holds_if
from archinspect.records import Json
from archinspect.records.vocabulary import FieldSpec


@kind("present", FieldSpec("value", "boolean", "true: there is one; false: none", required=True))
def present(observed: Json, params: Mapping[str, Json]) -> Outcome:
    """The fact is there (for a per-layer fact: in at least one layer), or is not."""
    return holds_if(_is_there(observed) is params["value"])


def _is_there(value: Json) -> bool:
    if isinstance(value, (list, dict)):
        members = value.values() if isinstance(value, dict) else value
        return any(_is_there(item) for item in members)
    return value is not None and value is not False
