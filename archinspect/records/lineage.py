"""A model among the registered ones: whom it resembles, what it took over, what is new in it."""

from __future__ import annotations

from msgspec import Struct

from archinspect.records.evidence import Fact
from archinspect.records.registry import ModelEntry
from archinspect.records.results import Difference, ModelReport


class Relation(Struct, frozen=True):
    """How a model relates to a registered one that was read."""

    entry: ModelEntry
    stated: str | None
    """What the model's card or the registry calls it: finetune, successor ...; None when neither does."""
    same_class: bool
    """config.json names the same modelling class."""
    same_dimensions: bool
    """Width, layers, heads, inner width and vocabulary are all known and equal, as in a fine-tune."""
    equal: int
    """Facts of the design that are known on both sides and equal."""
    different: int
    """Facts of the design that are known on both sides and differ."""


class Inherited(Struct, frozen=True):
    """A fact that the parent had already."""

    fact: Fact
    since: str
    """The earliest registered ancestor from which on the value has not changed."""


class Novelty(Struct, frozen=True):
    """A fact in which a model differs from its parent."""

    difference: Difference
    """The parent's side is `left`, the model's is `right`."""
    seen_in: tuple[str, ...]
    """Other registered models with the same value, the nearest first."""


class Lineage(Struct, frozen=True):
    """Which lineage a model extends, and what its parent already knew."""

    model: ModelReport
    lineage: str | None = None
    reasons: tuple[str, ...] = ()
    """Why this lineage."""
    unknown: str | None = None
    """Why none can be told."""
    relations: tuple[Relation, ...] = ()
    """To every registered model that was read, the nearest first."""
    parent: ModelReport | None = None
    """What the rest is held against."""
    passed_over: str | None = None
    """The parent that the registry names, where it could not be read and another one is taken."""
    new: tuple[Novelty, ...] = ()
    inherited: tuple[Inherited, ...] = ()
    """What is known longest first."""
    incomparable: tuple[Difference, ...] = ()
    """Facts that are unknown on a side."""
    unread: tuple[ModelReport, ...] = ()
    """Registered models that could not be compared."""

    @property
    def complete(self) -> bool:
        """False when the model, or one that might be its relative, could not be looked at. What the bundled
        snapshot leaves out was not asked for.
        """
        return bool(self.model.facts) and all(
            report.snapshot.outcome == "not_in_snapshot" for report in self.unread
        )
