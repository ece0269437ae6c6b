"""`select = "model"`: the claim is about one model. The default."""

from __future__ import annotations

from archinspect.check._engine import selector
from archinspect.check._judgement import Judgement
from archinspect.check._world import Ask
from archinspect.records import Claim, Registry
from archinspect.records.vocabulary import FieldSpec


def the_model(claim: Claim, registry: Registry) -> tuple[str, ...]:
    """The model that `model` names, or the one whose entry holds the claim."""
    name = claim.select.get("model", claim.subject)
    return (name,) if name in registry.models else ()


@selector(
    "model", FieldSpec("model", "model", "the model, for a claim outside a model's entry"), members=the_model
)
def model(ask: Ask) -> Judgement:
    """The statement holds of one model."""
    return ask.on(ask.members[0])
