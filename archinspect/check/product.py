"""`kind = "product"`: one fact times another: window times layers is the span."""

from __future__ import annotations

from collections.abc import Mapping

from archinspect.check._engine import kind
from archinspect.check._judgement import Outcome, cannot_tell, holds_if
from archinspect.check._values import not_a_number, number
from archinspect.records import Json
from archinspect.records.vocabulary import FieldSpec


@kind(
    "product",
    FieldSpec("times", "fact", "the other factor", required=True),
    FieldSpec("value", "number", "the product", required=True),
    FieldSpec("tolerance", "tolerance", "relative; exact when absent"),
)
def product(observed: Json, params: Mapping[str, Json]) -> Outcome:
    """The fact times the fact `times` is `value`; a per-layer fact counts when its layers agree."""
    left, right = number(observed), number(params["times"])
    if left is None or right is None:
        return cannot_tell(not_a_number(observed if left is None else params["times"]))
    wanted = params["value"]
    return holds_if(abs(left * right - wanted) <= params.get("tolerance", 0) * abs(wanted), left * right)
