"""Facts about which the files, the code and the tensors say different things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archinspect.records import Evidence, Fact, Json, Reading, Severity, same
from archinspect.rules._rule import Alarm, rule

REPORTED_ELSEWHERE = ("tie_word_embeddings",)
"""By a rule of its own, which says what follows from it."""
WRITTEN = frozenset({"stated", "resolved", "default", "computed"})
SHOWN = 60


@rule("witnesses-disagree", "warning")
def witnesses_disagree(facts: Mapping[str, Fact]) -> Iterator[Alarm]:
    """One of two places is wrong about the architecture, and software that reads that one gets it wrong."""
    for name, fact in facts.items():
        if name in REPORTED_ELSEWHERE:
            continue
        for other in fact.disagreements:
            if _alike(fact.value, other.value):
                continue
            said = [one for one in fact.evidence if one not in other.evidence]
            message = f"{name} is {_short(fact.value)} by {_named(said)}, {_short(other.value)} by "
            severity: Severity | None = "note" if _expected(said, other) else None
            yield Alarm(message + _named(other.evidence), (*said, *other.evidence), severity)


def _alike(left: Json, right: Json) -> bool:
    """One value for all layers says the same as a list that repeats it."""
    for one, many in ((left, right), (right, left)):
        if isinstance(many, list) and many and not isinstance(one, list):
            return all(same(one, entry) for entry in many)
    return False


def _expected(said: Sequence[Evidence], other: Reading) -> bool:
    """Nobody wrote the other value (a class default), or the code takes what is written as something else.

    No file is at fault then. Tensors that contradict the code or the config alone are another matter.
    """
    bases, others = {one.basis for one in said}, {one.basis for one in other.evidence}
    return others == {"default"} or ("code" in bases and others <= WRITTEN)


def _short(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _named(evidence: Sequence[Evidence]) -> str:
    return evidence[0].location if evidence else "the same place"
