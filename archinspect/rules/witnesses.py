"""Facts about which the files, the code and the tensors say different things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archinspect.records import Evidence, Fact, Json
from archinspect.rules._rule import Alarm, rule

REPORTED_ELSEWHERE = ("tie_word_embeddings",)
"""By a rule of its own, which says what follows from it."""
SHOWN = 60


@rule("witnesses-disagree", "warning")
def witnesses_disagree(facts: Mapping[str, Fact]) -> Iterator[Alarm]:
    """One of two places is wrong about the architecture, and software that reads that one gets it wrong."""
    for name, fact in facts.items():
        if name in REPORTED_ELSEWHERE:
            continue
        for other in fact.disagreements:
            said = [one for one in fact.evidence if one not in other.evidence]
            message = f"{name} is {_short(fact.value)} by {_named(said)}, {_short(other.value)} by "
            yield Alarm(message + _named(other.evidence), (*said, *other.evidence))


def _short(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _named(evidence: list[Evidence] | tuple[Evidence, ...]) -> str:
    return evidence[0].location if evidence else "the same place"
