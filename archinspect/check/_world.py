"""All that a claim may be held against: the registry, the models looked at, and the day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from archinspect.check._judgement import Judgement
from archinspect.records import Claim, ModelEntry, ModelReport, Registry


class World(Struct, frozen=True):
    """What is known when claims are judged."""

    registry: Registry
    reports: Mapping[str, ModelReport]
    today: date


class Ask(Struct, frozen=True):
    """One claim and the means to judge it."""

    claim: Claim
    world: World
    judge_on: Callable[[Claim, World, str], Judgement]
    """The claim's predicate held against one model."""
    members: tuple[str, ...]
    """The models that the claim's selector looks at, in registry order."""

    def on(self, model: str) -> Judgement:
        """The claim's predicate held against `model`."""
        return self.judge_on(self.claim, self.world, model)

    def about(self, fact: str) -> Ask:
        """The same question about another fact."""
        return replace(self, claim=replace(self.claim, about=fact))

    def entry(self, model: str) -> ModelEntry:
        """The registry's entry of `model`."""
        return self.world.registry.models[model]
