"""A model as its modelling source builds it, as reports show it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from archinspect.records.evidence import Json
from archinspect.records.snapshot import Snapshot

Shape = tuple[int, ...]


class Tensor(Struct, frozen=True):
    """One parameter: in-memory name, shape (None when unknown), the line that makes it."""

    name: str
    shape: Shape | None
    location: str
    tied_to: str | None = None
    """The first name of the tensor this one is."""


class StoredTensor(Struct, frozen=True, array_like=True):
    """A tensor as the checkpoint file names it, its shape there, and the in-memory parameters it loads into.

    An array in the cache, not an object: a model with experts has ten thousands.
    """

    name: str
    shape: Shape | None
    parameters: tuple[str, ...]


class ModuleNode(Struct, frozen=True):
    """A module, or a run of equal ones: `0-27`, 28 times."""

    name: str
    class_name: str
    location: str
    count: int
    elements: int | None
    """Parameters of one of them, its children's included; a tied tensor counts where it is made."""
    tensors: tuple[Tensor, ...]
    children: tuple[ModuleNode, ...]


class Gap(Struct, frozen=True):
    """A construct that the reader does not know, where it stands, and what it leaves open."""

    construct: str
    location: str
    affects: str


class TensorList(Struct, frozen=True):
    """Names, shapes and ties of the tensors that the source builds from one config."""

    model: str
    problem: str | None = None
    """Why there are none."""
    class_name: str = ""
    source: str = ""
    shapes: Mapping[str, tuple[int, ...] | None] = field(default_factory=dict)
    tied_to: Mapping[str, str] = field(default_factory=dict)
    """A tensor's name -> the first name of the same tensor."""
    gaps: tuple[Gap, ...] = ()
    """Parts that may hold more tensors."""


class BuiltModel(Struct, frozen=True):
    """What the source builds from one config; `problem` says why there is nothing to show."""

    snapshot: Snapshot
    problem: str | None = None
    class_name: str = ""
    config_class: str = ""
    source: str = ""
    location: str = ""
    root: ModuleNode | None = None
    tensors: tuple[Tensor, ...] = ()
    stored: tuple[StoredTensor, ...] = ()
    totals: Mapping[str, int | None] = field(default_factory=dict)
    keys_read: Mapping[str, str] = field(default_factory=dict)
    """Config key -> the first line that reads it."""
    keys_supplied: Mapping[str, Json] = field(default_factory=dict)
    """Keys that are read and are not in config.json -> what the config class supplies."""
    keys_unread: tuple[str, ...] = ()
    """Keys of config.json that neither constructors nor forward read."""
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    transient: bool = False
    """Time or memory ran out in the forward: another run may get further."""
