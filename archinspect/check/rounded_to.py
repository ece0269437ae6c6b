"""`kind = "rounded-to"`: the value, rounded or cut to the digits printed, is the printed figure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from archinspect.check._engine import kind
from archinspect.check._judgement import Outcome, cannot_tell, holds_if
from archinspect.check._values import UNITS, not_a_number, number, scales
from archinspect.records import Json
from archinspect.records.vocabulary import FieldSpec

MODES = {"round": (ROUND_HALF_UP,), "truncate": (ROUND_DOWN,), "either": (ROUND_HALF_UP, ROUND_DOWN)}


@kind(
    "rounded-to",
    FieldSpec("value", "digits", "the figure with its digits as printed, in quotes", required=True),
    FieldSpec("unit", "string", "K, M, B or T; none when the figure is whole", choices=tuple(UNITS)),
    FieldSpec("k", "any", "what K stands for; 1000 when absent", choices=(1000, 1024, "either")),
    FieldSpec("mode", "string", "how it was shortened; either when absent", choices=tuple(MODES)),
    needs=(("k", None, "unit"),),
)
def rounded_to(observed: Json, params: Mapping[str, Json]) -> Outcome:
    """The fact, shortened to as many digits as `value` has, is `value` `unit`s."""
    value = number(observed)
    if value is None:
        return cannot_tell(not_a_number(observed))
    printed = Decimal(params["value"])
    shortened = {
        (Decimal(value) / Decimal(scale)).quantize(printed, rounding=mode)
        for scale in scales(params.get("unit"), params.get("k", 1000))
        for mode in MODES[params.get("mode", "either")]
    }
    shown = " or ".join(str(figure) for figure in sorted(shortened))
    return holds_if(printed in shortened, remark=f"{shown} {params.get('unit', '')}".strip())
