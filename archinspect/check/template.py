"""`kind = "template"`: what a chat template can do, as found by rendering it."""

from __future__ import annotations

from collections.abc import Mapping

from archinspect.check._engine import kind
from archinspect.check._judgement import Outcome, cannot_tell, holds_if
from archinspect.records import Json
from archinspect.records.vocabulary import FACT_PARTS, FieldSpec

ABILITIES = tuple(part for part in FACT_PARTS["chat_template"] if part != "location")


@kind(
    "template",
    FieldSpec("can", "strings", "what rendering must show", choices=ABILITIES),
    FieldSpec("cannot", "strings", "what rendering must not show", choices=ABILITIES),
    one_of=("can", "cannot"),
)
def template(observed: Json, params: Mapping[str, Json]) -> Outcome:
    """The chat template has every ability in `can` and none in `cannot`."""
    if not isinstance(observed, Mapping):
        return cannot_tell(f"the value found, {observed!r:.80}, does not describe a chat template")
    wanted = {**dict.fromkeys(params.get("can", ()), True), **dict.fromkeys(params.get("cannot", ()), False)}
    found = {name: observed.get(name) for name in wanted}
    if unsettled := [name for name, value in found.items() if not isinstance(value, bool)]:
        return cannot_tell(
            f"rendering did not settle {', '.join(unsettled)}; it may be {', '.join(ABILITIES)}"
        )
    return holds_if(found == wanted, found)
