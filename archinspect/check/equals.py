"""`kind = "equals"`: an integer, boolean, string, list or table is exactly this."""

from __future__ import annotations

from collections.abc import Mapping

from archinspect.check._engine import kind
from archinspect.check._judgement import Outcome, holds_if
from archinspect.records import Json, same
from archinspect.records.vocabulary import FieldSpec


@kind("equals", FieldSpec("value", "any", "what the fact must be", required=True))
def equals(observed: Json, params: Mapping[str, Json]) -> Outcome:
    """The fact is exactly `value`."""
    value = params["value"]
    only_in_form = not same(observed, value) and str(observed) == str(value)
    return holds_if(same(observed, value), remark=_FORM if only_in_form else None)


_FORM = "the registry writes it as another type than the files: a number in quotes, or text without them"
