"""What reading a model's source yields: plain frozen records.

Records of which a model has thousands are arrays in the cache, not objects: half the bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from archinspect.records import StoredTensor

Shape = tuple[int, ...]
CHECKPOINT_NAMES = "checkpoint names"
"""What an Unknown affects when the release's loading rules could not be followed."""


class Parameter(Struct, frozen=True, array_like=True):
    """A parameter under its in-memory name. ``shape`` is None when it could not be known; ``unknown``
    then says why.
    """

    name: str
    shape: Shape | None
    location: str
    unknown: str | None = None
    dtype: str | None = None

    @property
    def elements(self) -> int | None:
        """Number of elements, None when the shape is unknown."""
        if self.shape is None:
            return None
        total = 1
        for size in self.shape:
            total *= size
        return total


class ModuleRecord(Struct, frozen=True, array_like=True):
    """A module of the tree: full path, class, where the class is defined, and its class's bases by name."""

    path: str
    class_name: str
    location: str
    bases: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)


class Unknown(Struct, frozen=True):
    """A construct the reader does not know, where it stands, and what of the model it leaves open."""

    construct: str
    location: str
    affects: str


class CodeFact(Struct, frozen=True):
    """A fact that the source states. ``value`` None with ``unknown`` None is a known "there is none"."""

    value: Any
    unknown: str | None
    locations: tuple[str, ...]


class Totals(Struct, frozen=True):
    """Unique elements (tied ones once). None when a shape is unknown. See the fact ``parameters``."""

    total: int | None
    embedding: int | None
    non_embedding: int | None
    model: int | None


class Blueprint(Struct, frozen=True):
    """A model as its modelling source builds it from one config.

    ``source`` names the tree that was read (``transformers==5.23.0``, ``repository``); ``text_path`` is
    where the text
    decoder sits among the modules (the empty string: the model itself); ``tied`` are groups of parameter
    names that are
    one tensor; ``config_keys_read`` maps a key of the config (dotted for sub-configs) to the first line
    that reads it; ``transient`` says that time or memory ran out in the forward, so that another run may get
    further.
    """

    class_name: str
    config_class: str
    source: str
    location: str
    modules: tuple[ModuleRecord, ...]
    parameters: tuple[Parameter, ...]
    tied: tuple[tuple[str, ...], ...]
    checkpoint: tuple[StoredTensor, ...]
    totals: Totals
    text_path: str
    config_values: Mapping[str, Any]
    config_keys_read: Mapping[str, str]
    unknowns: tuple[Unknown, ...]
    notes: tuple[str, ...] = ()
    facts: Mapping[str, CodeFact] = field(default_factory=dict)
    transient: bool = False
