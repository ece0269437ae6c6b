"""`select = "forall"`: the predicate holds of every model in the scope; those it breaks on are named."""

from __future__ import annotations

from msgspec.structs import replace

from archinspect.check._engine import selector
from archinspect.check._judgement import Judgement
from archinspect.check._sets import SCOPE_FIELDS, SCOPE_NEEDS, counterexamples, in_scope, together
from archinspect.check._world import Ask


@selector("forall", *SCOPE_FIELDS, members=in_scope, needs=SCOPE_NEEDS)
def forall(ask: Ask) -> Judgement:
    """Every model of a scope; contradicted by one counterexample, confirmed only when all are known."""
    judged = {model: ask.on(model) for model in ask.members}
    breaking = {model: item for model, item in judged.items() if item.word == "breaks"}
    if breaking:
        return replace(together("breaks", judged, breaking), counterexamples=counterexamples(judged))
    if not judged or any(item.word == "cannot_tell" for item in judged.values()):
        return together("cannot_tell", judged, {})
    return together("holds", judged, judged)
