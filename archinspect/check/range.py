"""`kind = "range"`: at least `min`, at most `max`, or both; the bounds belong to the range."""

from __future__ import annotations

from collections.abc import Mapping

from archinspect.check._engine import kind
from archinspect.check._judgement import Outcome, cannot_tell, holds_if
from archinspect.check._values import not_a_number, number
from archinspect.records import Json
from archinspect.records.vocabulary import FieldSpec


@kind("range", FieldSpec("min", "number"), FieldSpec("max", "number"), one_of=("min", "max"))
def between(observed: Json, params: Mapping[str, Json]) -> Outcome:
    """The fact is a number from `min` to `max`."""
    value = number(observed)
    if value is None:
        return cannot_tell(not_a_number(observed))
    low, high = params.get("min", value), params.get("max", value)
    return holds_if(low <= value <= high)
