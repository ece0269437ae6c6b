"""The few ways in which a fact makes an answer out of other facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from archinspect.records import Answer, Evidence, Fact, Json, Reading, Unknown

MOST_LAYERS = 10_000
"""More layers than any model has; a per-layer list is not built for a larger stated number."""


def computed(function: Callable[..., Json], *facts: Fact) -> Answer:
    """`function` of the facts' values; Unknown when one of them is, for its reason."""
    for fact in facts:
        if fact.unknown is not None:
            return Unknown(f"needs {fact.name}: {fact.unknown}", fact.evidence)
    value = function(*(fact.value for fact in facts))
    return value if isinstance(value, Unknown) else Reading(value, (_arithmetic(*facts),))


def fallback(answer: Answer) -> Answer:
    """The answer, to be used only where no witness speaks."""
    return replace(answer, fallback=True) if isinstance(answer, Reading) else answer


def mapped(function: Callable[[Any], Json], answer: Answer) -> Answer:
    """The same reading with its value turned into the contract's words."""
    return replace(answer, value=function(answer.value)) if isinstance(answer, Reading) else answer


def collapse(values: list[Json]) -> Json:
    """One value when all layers agree, else the list."""
    return values[0] if values and all(value == values[0] for value in values) else values


def per_layer(value: Json, layers: int) -> list[Json]:
    """One entry per layer of a value that may already be a list."""
    return list(value) if isinstance(value, (list, tuple)) else [value] * layers


def _arithmetic(*facts: Fact) -> Evidence:
    names = ",".join(fact.name for fact in facts)
    rests_on = tuple(evidence for fact in facts for evidence in fact.evidence)
    return Evidence("computed", f"facts:{names}", rests_on=rests_on)
