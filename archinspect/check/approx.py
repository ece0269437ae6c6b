"""`kind = "approx"`: a printed figure, give or take a relative tolerance: 3.8B, 128K."""

from __future__ import annotations

from collections.abc import Mapping

from archinspect.check._engine import kind
from archinspect.check._judgement import Outcome, cannot_tell, holds_if
from archinspect.check._values import UNITS, not_a_number, number, scales
from archinspect.records import Json
from archinspect.records.vocabulary import FieldSpec

DEFAULT_TOLERANCE = 0.02


@kind(
    "approx",
    FieldSpec("value", "number", "the figure as printed", required=True),
    FieldSpec("unit", "string", "K, M, B or T; none when the figure is whole", choices=tuple(UNITS)),
    FieldSpec("k", "any", "what K stands for; 1000 when absent", choices=(1000, 1024, "either")),
    FieldSpec("tolerance", "tolerance", f"relative; {DEFAULT_TOLERANCE} when absent"),
    needs=(("k", None, "unit"),),
)
def approx(observed: Json, params: Mapping[str, Json]) -> Outcome:
    """The fact is a number within `tolerance` of `value` `unit`s."""
    value = number(observed)
    if value is None:
        return cannot_tell(not_a_number(observed))
    tolerance = params.get("tolerance", DEFAULT_TOLERANCE)
    expected = [params["value"] * scale for scale in scales(params.get("unit"), params.get("k", 1000))]
    nearest = min(expected, key=lambda figure: abs(value - figure))
    return holds_if(abs(value - nearest) <= tolerance * abs(nearest), remark=_difference(value, nearest))


def _difference(value: float, figure: float) -> str | None:
    if not figure or value == figure:
        return None
    return f"{(value - figure) / abs(figure):+.2%} against {figure:,.15g}"
