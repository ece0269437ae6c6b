"""`select = "unchanged"`: these facts are the same in parent and child; `exhaustive`: all of them are."""

from __future__ import annotations

from archinspect.check._engine import selector
from archinspect.check._judgement import Judgement
from archinspect.check._pair import (
    PAIR_FIELDS,
    architecture_facts,
    first_unknown,
    pairs,
    parent_and_child,
    settled,
)
from archinspect.check._world import Ask
from archinspect.records.vocabulary import FieldSpec


@selector(
    "unchanged",
    *PAIR_FIELDS,
    FieldSpec("exhaustive", "boolean", "true: every fact about the architecture, not only `facts`"),
    FieldSpec("apart_from", "facts", "facts that may differ, for exhaustive"),
    members=parent_and_child,
    about="none",
    alone=True,
    composes=False,
    one_of=("facts", "exhaustive"),
    needs=(("apart_from", None, "exhaustive"),),
)
def unchanged(ask: Ask) -> Judgement:
    """The facts are the same in parent and child."""
    select = ask.claim.select
    facts = architecture_facts(ask) if select.get("exhaustive") else select.get("facts", [])
    compared = pairs(ask, [fact for fact in facts if fact not in select.get("apart_from", ())])
    if isinstance(compared, Judgement):
        return compared
    differing = [pair for pair in compared if pair.differs]
    if differing:
        names = ", ".join(pair.fact for pair in differing)
        return settled(ask, "breaks", differing, (f"differs: {names}",))
    return first_unknown(compared) or settled(ask, "holds", compared)
