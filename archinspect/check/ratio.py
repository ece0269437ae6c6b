"""`kind = "ratio"`: one fact over another: KV heads over heads is a third."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from archinspect.check._engine import kind
from archinspect.check._judgement import Outcome, cannot_tell, holds_if
from archinspect.check._values import not_a_number, number
from archinspect.records import Json
from archinspect.records.vocabulary import FieldSpec


@kind(
    "ratio",
    FieldSpec("over", "fact", "the fact that is divided by", required=True),
    FieldSpec("value", "pair", "the ratio as two numbers: [1, 3]", required=True),
    FieldSpec("tolerance", "tolerance", "relative; exact when absent"),
)
def ratio(observed: Json, params: Mapping[str, Json]) -> Outcome:
    """The fact divided by the fact `over` is `value`."""
    above, below = number(observed), number(params["over"])
    if above is None or below is None:
        return cannot_tell(not_a_number(observed if above is None else params["over"]))
    expected = params["value"]
    if not expected[1] or not below:
        return cannot_tell("a ratio cannot be taken over nothing")
    found, wanted = Fraction(above) / Fraction(below), Fraction(expected[0]) / Fraction(expected[1])
    shown = f"{above:g}:{below:g}" if found == wanted else f"{above:g}:{below:g} = {float(found):.4g}"
    return holds_if(abs(found - wanted) <= params.get("tolerance", 0) * abs(wanted), shown)
