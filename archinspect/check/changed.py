"""`select = "changed"`: between parent and child these facts differ; `exhaustive`: and no others."""

from __future__ import annotations

from archinspect.check._engine import selector
from archinspect.check._judgement import Judgement, unsettled
from archinspect.check._pair import (
    PAIR_FIELDS,
    architecture_facts,
    first_unknown,
    pairs,
    parent_and_child,
    settled,
)
from archinspect.check._sets import counterexamples, together
from archinspect.check._world import Ask
from archinspect.records.vocabulary import FieldSpec


@selector(
    "changed",
    *PAIR_FIELDS,
    FieldSpec("exhaustive", "boolean", "true: nothing else about the architecture differs"),
    members=parent_and_child,
    alone=True,
    without_kind=("facts",),
)
def changed(ask: Ask) -> Judgement:
    """The facts differ between parent and child; with a kind, it holds of the child but not the parent."""
    if "facts" not in ask.claim.select:
        return _predicate_changed(ask)
    listed = pairs(ask, ask.claim.select["facts"])
    if isinstance(listed, Judgement):
        return listed
    same_after_all = [pair for pair in listed if pair.known and not pair.differs]
    if same_after_all:
        names = ", ".join(pair.fact for pair in same_after_all)
        return settled(ask, "breaks", same_after_all, (f"did not change: {names}",))
    if unknown := first_unknown(listed):
        return unknown
    if ask.claim.select.get("exhaustive"):
        return _nothing_else(ask)
    return settled(ask, "holds", listed)


def _nothing_else(ask: Ask) -> Judgement:
    listed = ask.claim.select["facts"]
    every = pairs(ask, [*listed, *(name for name in architecture_facts(ask) if name not in listed)])
    if isinstance(every, Judgement):
        return every
    others = [pair for pair in every if pair.differs and pair.fact not in listed]
    if others:
        names = ", ".join(pair.fact for pair in others)
        return settled(ask, "breaks", others, (f"changed too, and is not listed: {names}",))
    return first_unknown(every) or settled(ask, "holds", every[: len(listed)])


def _predicate_changed(ask: Ask) -> Judgement:
    if len(ask.members) != 2:
        return unsettled("fact_unknown", "the model has no parent to be compared with; give `versus`")
    before, after = (ask.on(name) for name in ask.members)
    judged = dict(zip(ask.members, (before, after), strict=True))
    if before.word == "holds" or after.word == "breaks":
        wrong = {name: item for name, item in judged.items() if item.word == _wrong(name == ask.members[0])}
        found = together("breaks", judged, wrong)
        notes = ("the parent has it already",) if before.word == "holds" else ("the child is without it",)
        examples = counterexamples(wrong, "holds") + counterexamples(wrong)
        return Judgement(
            "breaks",
            {name: item.observed for name, item in judged.items()},
            None,
            found.evidence,
            found.unverified,
            notes + found.notes,
            examples,
        )
    if "cannot_tell" in (before.word, after.word):
        return together("cannot_tell", judged, {})
    found = together("holds", judged, judged)
    observed = {name: item.observed for name, item in judged.items()}
    return Judgement("holds", observed, None, found.evidence, found.unverified, found.notes)


def _wrong(is_parent: bool) -> str:
    return "holds" if is_parent else "breaks"
