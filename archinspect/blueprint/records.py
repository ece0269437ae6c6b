"""What reading a model's source yields: plain frozen records, JSON-able both ways (``to_json``,
``from_json``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
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


@dataclass(frozen=True, slots=True)
class ModuleRecord:
    """A module of the tree: full path, class, where the class is defined, and its class's bases by name."""

    path: str
    class_name: str
    location: str
    bases: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A construct the reader does not know, where it stands, and what of the model it leaves open."""

    construct: str
    location: str
    affects: str


@dataclass(frozen=True, slots=True)
class CodeFact:
    """A fact that the source states. ``value`` None with ``unknown`` None is a known "there is none"."""

    value: Any
    unknown: str | None
    locations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckpointName:
    """A tensor as the checkpoint file names it, its shape there, and the in-memory parameters it loads
    into.
    """

    name: str
    shape: Shape | None
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """Unique elements (tied ones once). None when a shape is unknown. See the fact ``parameters``."""

    total: int | None
    embedding: int | None
    non_embedding: int | None
    model: int | None


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A model as its modelling source builds it from one config.

    ``source`` names the tree that was read (``transformers==5.23.0``, ``repository``); ``text_path`` is
    where the text
    decoder sits among the modules (the empty string: the model itself); ``tied`` are groups of parameter
    names that are
    one tensor; ``config_keys_read`` maps a key of the config (dotted for sub-configs) to the first line
    that reads it.
    """

    class_name: str
    config_class: str
    source: str
    location: str
    modules: tuple[ModuleRecord, ...]
    parameters: tuple[Parameter, ...]
    tied: tuple[tuple[str, ...], ...]
    checkpoint: tuple[CheckpointName, ...]
    totals: Totals
    text_path: str
    config_values: Mapping[str, Any]
    config_keys_read: Mapping[str, str]
    unknowns: tuple[Unknown, ...]
    notes: tuple[str, ...] = ()
    facts: Mapping[str, CodeFact] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As JSON-able data; ``from_json`` restores an equal record."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Blueprint:
        """Restore a record. Raises KeyError or TypeError when the data is not what ``to_json`` wrote."""
        fields = dict(data)
        fields["modules"] = tuple(
            ModuleRecord(**{**one, "bases": tuple(one["bases"])}) for one in data["modules"]
        )
        fields["parameters"] = tuple(Parameter(**{**one, "shape": _shape(one)}) for one in data["parameters"])
        fields["tied"] = tuple(tuple(group) for group in data["tied"])
        fields["checkpoint"] = tuple(
            CheckpointName(one["name"], _shape(one), tuple(one["parameters"])) for one in data["checkpoint"]
        )
        fields["totals"] = Totals(**data["totals"])
        fields["unknowns"] = tuple(Unknown(**one) for one in data["unknowns"])
        fields["notes"] = tuple(data["notes"])
        fields["facts"] = {
            name: CodeFact(one["value"], one["unknown"], tuple(one["locations"]))
            for name, one in data["facts"].items()
        }
        return cls(**fields)


def _shape(record: Mapping[str, Any]) -> Shape | None:
    return None if record["shape"] is None else tuple(record["shape"])
