"""`select = "exists"`: the predicate holds of at least one model in the scope."""

from __future__ import annotations

from msgspec.structs import replace

from archinspect.check._engine import selector
from archinspect.check._judgement import Judgement
from archinspect.check._sets import SCOPE_FIELDS, SCOPE_NEEDS, counterexamples, in_scope, together
from archinspect.check._world import Ask


@selector("exists", *SCOPE_FIELDS, members=in_scope, needs=SCOPE_NEEDS)
def exists(ask: Ask) -> Judgement:
    """At least one model of a scope; contradicted only when every one is known and none holds."""
    judged = {model: ask.on(model) for model in ask.members}
    holding = {model: item for model, item in judged.items() if item.word == "holds"}
    if holding:
        found = together("holds", judged, holding)
        return replace(found, notes=(f"found in {', '.join(holding)}", *found.notes))
    if not judged or any(item.word == "cannot_tell" for item in judged.values()):
        return together("cannot_tell", judged, {})
    return replace(together("breaks", judged, judged), counterexamples=counterexamples(judged))
