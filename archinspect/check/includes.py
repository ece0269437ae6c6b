"""`kind = "includes"`: a list has this member: a base model, an architecture, an end token."""

from __future__ import annotations

from collections.abc import Mapping

from archinspect.check._engine import kind
from archinspect.check._judgement import Outcome, cannot_tell, holds_if
from archinspect.records import Json, same
from archinspect.records.vocabulary import FieldSpec


@kind("includes", FieldSpec("value", "any", "the member; of a table, the fields that matter", required=True))
def includes(observed: Json, params: Mapping[str, Json]) -> Outcome:
    """The list that is observed has `value` as a member."""
    if not observed:
        return cannot_tell("nothing is listed, which is not the same as another member")
    if not isinstance(observed, list):
        return cannot_tell(f"the value found, {observed!r:.80}, is not a list")
    return holds_if(any(_fits(member, params["value"]) for member in observed))


def _fits(member: Json, wanted: Json) -> bool:
    if isinstance(wanted, Mapping) and isinstance(member, Mapping):
        return all(key in member and same(member[key], value) for key, value in wanted.items())
    return same(member, wanted)
