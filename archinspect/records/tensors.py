"""A checkpoint's tensors: as headers describe them, as the model's parameters, as a decoder."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct, field

from archinspect.records.evidence import Json, Testimony


class Tensor(Struct, frozen=True):
    """One tensor as a header describes it, or, with `shape` and `dtype` None, as an index names it."""

    name: str
    file: str
    dtype: str | None = None
    shape: tuple[int, ...] | None = None

    @property
    def elements(self) -> int | None:
        """Number of stored elements; None when the shape is not known."""
        return None if self.shape is None else math.prod(self.shape)


class Header(Struct, frozen=True):
    """All tensors of one safetensors file."""

    file: str
    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str] = field(default_factory=dict)
    unknown_dtypes: tuple[str, ...] = ()
    """dtypes that the format does not define, as found."""


class Index(Struct, frozen=True):
    """model.safetensors.index.json: which file holds which tensor."""

    weight_map: Mapping[str, str]
    total_size: int | None
    """`metadata.total_size`: bytes of all tensors."""

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.weight_map.values())))


class Inventory(Struct, frozen=True):
    """Everything known about the tensors of one checkpoint."""

    tensors: Mapping[str, Tensor] = field(default_factory=dict)
    """By name; `shape` and `dtype` are None for a tensor that only the index names."""
    headers: Mapping[str, Header] = field(default_factory=dict)
    index: Index | None = None
    files: tuple[str, ...] = ()
    """The files that hold the checkpoint."""
    problems: Mapping[str, str] = field(default_factory=dict)
    """Files of the checkpoint that could not be read as what they should be: path -> what is wrong."""
    missing: str | None = None
    """Why names are not all known; None when they are."""
    shapeless: str | None = None
    """Why shapes are not all known; None when they are."""
    repeated: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Tensors that two files hold."""


class Weight(Struct, frozen=True):
    """A parameter of the model: the name and shape it has once unpacked, and the stored tensor."""

    name: str
    stored: Tensor
    shape: tuple[int, ...] | None
    """(out, in) for a matrix; None when it is not known."""
    elements: int | None

    @property
    def packed(self) -> bool:
        return self.elements != self.stored.elements


Layer: TypeAlias = Mapping[str, Weight]
"""The weights of one layer, by their name within it: `self_attn.q_proj.weight`."""


class Decoder(Struct, frozen=True):
    """The text decoder as its tensors show it."""

    root: str
    """What its names begin with, dot included: "model." or "language_model.model."."""
    embedding: Weight
    layers: tuple[Layer, ...]
    """In order; without draft layers."""
    draft_layers: frozenset[int] = frozenset()
    head: Mapping[str, Weight] = field(default_factory=dict)
    """The output head's tensors, by `weight` and `bias`; empty when none is stored."""
    final_norm: Mapping[str, Weight] = field(default_factory=dict)
    hidden: int | None = None
    """Width of the residual stream."""


class TensorTestimony(Testimony, frozen=True):
    """What the tensors say, and the tensors themselves for whoever compares them with something else."""

    inventory: Inventory = field(default_factory=Inventory)
    weights: Sequence[Weight] = ()
    """The model's parameters, unpacked; empty when nothing was read."""
    decoder: Decoder | None = None
    quantization: Mapping[str, Json] | None = None
