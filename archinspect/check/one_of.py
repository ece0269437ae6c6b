"""`kind = "one-of"`: the fact is one of several values that mean the same to the document."""

from __future__ import annotations

from collections.abc import Mapping

from archinspect.check._engine import kind
from archinspect.check._judgement import Outcome, holds_if
from archinspect.records import Json, same
from archinspect.records.vocabulary import FieldSpec


@kind("one-of", FieldSpec("values", "list", "the values allowed", required=True))
def one_of(observed: Json, params: Mapping[str, Json]) -> Outcome:
    """The fact is one of `values`."""
    return holds_if(any(same(observed, value) for value in params["values"]))
