"""What registry.toml says, as read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct, field

from archinspect.records.evidence import Json


class Place(Struct, frozen=True, array_like=True):
    """A line of the registry, for messages and annotations."""

    file: str
    line: int


class ClaimSource(Struct, frozen=True, array_like=True):
    """A document that a claim was read in."""

    key: str
    title: str
    kind: str
    """report, card, blog, docs, code or dossier."""
    read: str
    """primary when the document itself was read, secondhand when a text quoting it was."""
    url: str | None = None
    date: str | None = None
    place: Place | None = None


class Acknowledgement(Struct, frozen=True, array_like=True):
    """A contradiction that is known and accepted until a day."""

    reason: str
    until: date


class Claim(Struct, frozen=True, array_like=True):
    """One documented statement: about a fact of one model, or about a set of models."""

    id: str
    """Global: `model/claim`, or the bare id of a claim about a set."""
    subject: str | None
    """Registry name of the model; None for a claim about a set."""
    about: str
    """A fact, or a dotted part of one: `parameters.total`; empty for a documented-only claim."""
    kind: str
    """Name of a predicate in `archinspect.check`."""
    params: Mapping[str, Json]
    """The kind's own fields as written: value, values, min, max, tolerance, unit ..."""
    source: ClaimSource
    place: Place
    section: str | None = None
    note: str | None = None
    acknowledged: Acknowledgement | None = None
    select: Mapping[str, Json] = field(default_factory=dict)
    """The selector's fields for a claim about a set: which quantifier over which models."""
    attributes: Mapping[str, Json] = field(default_factory=dict)
    """nominal, opinion, true_of, proxy, second source ...: how the verdict is to be taken."""


class ModelEntry(Struct, frozen=True, array_like=True):
    """One `[models.NAME]`."""

    name: str
    repo: str
    revision: str | None
    """A 40-hex commit, or None when no commit is pinned."""
    role: str
    """current, ancestor or proxy."""
    place: Place
    lineage: str | None = None
    generation: str | None = None
    parent: str | None = None
    relation: str | None = None
    aliases: tuple[str, ...] = ()
    mirrors: tuple[str, ...] = ()
    note: str | None = None
    claims: tuple[Claim, ...] = ()


class Registry(Struct, frozen=True):
    """A whole registry: sources, models in file order, and claims about sets."""

    file: str
    sources: Mapping[str, ClaimSource]
    models: Mapping[str, ModelEntry]
    claims: tuple[Claim, ...]
    """Claims about sets or lineages; those about one model are in its entry."""

    def all_claims(self) -> tuple[Claim, ...]:
        """Every claim, of models and of sets, sorted by id."""
        own = [claim for entry in self.models.values() for claim in entry.claims]
        return tuple(sorted([*own, *self.claims], key=lambda claim: claim.id))
