"""The few ways in which a fact makes an answer out of other facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import replace

from archinspect.records import Answer, Config, Evidence, Fact, Json, Reading, Testimony, Unknown

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


def if_read(
    answers: Iterator[Answer], name: str, config: Config, code: Testimony, key: str = ""
) -> Iterator[Answer]:
    """What the config says under a key (the fact's own name unless told).

    Unknown where the code does not settle the fact and never reads the key, as far as that was followed: what
    is written there is nothing that the model does.
    """
    key = key or name
    told = code.answers.get("keys_read")
    if not isinstance(told, Reading) or isinstance(code.answers.get(name), Reading):
        yield from answers
        return
    names = config.class_view.names if config.class_view else {}
    written = config.text.spelled(key) or names.get(key, key)
    spellings = {written, names.get(written, written), *(one for one, own in names.items() if own == written)}
    for answer in answers:
        if isinstance(answer, Unknown) or answer.value is None or spellings & set(told.value["keys"]):
            yield answer
            continue
        reason = f"{written} is {answer.value!r:.60}, but {told.value['who']} never reads it"
        yield Unknown(reason, (*answer.evidence, *told.evidence), blocks=True)


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
