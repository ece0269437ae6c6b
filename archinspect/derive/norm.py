"""Norm: its function, its parameters, and where it stands in a layer."""

from __future__ import annotations

from collections.abc import Iterator

from archinspect.derive._answers import if_read
from archinspect.derive._engine import fact
from archinspect.records import Answer, Config, Testimony, Unknown

NEEDS_SOURCE = (
    "only the norm's own code says what it computes; a key's name does not (rms_norm_eps on LayerNorms)"
)


@fact
def norm_type(code: Testimony) -> Iterator[Answer]:
    """RMSNorm or LayerNorm, with `(no affine)` when it has no weight."""
    yield from code.says("norm_type")
    yield Unknown(NEEDS_SOURCE)


@fact
def norm_eps(config: Config, code: Testimony) -> Iterator[Answer]:
    """The epsilon under the root."""
    yield from code.says("norm_eps")
    yield from if_read(config.number("rms_norm_eps"), "norm_eps", config, code, "rms_norm_eps")


@fact
def norm_bias(code: Testimony, tensors: Testimony) -> Iterator[Answer]:
    """Whether the layer norms have a bias."""
    yield from code.says("norm_bias")
    yield from tensors.says("norm_bias")
    yield Unknown(NEEDS_SOURCE)


@fact
def norm_unit_offset(code: Testimony) -> Iterator[Answer]:
    """Whether the weight w is applied as 1 + w."""
    yield from code.says("norm_unit_offset")
    yield Unknown(NEEDS_SOURCE)


@fact
def sub_norm(code: Testimony, tensors: Testimony) -> Iterator[Answer]:
    """Whether a norm stands inside attention or feed-forward, as in BitNet."""
    yield from code.says("sub_norm")
    yield from tensors.says("sub_norm")
    yield Unknown(NEEDS_SOURCE)


@fact
def norm_placement(code: Testimony) -> Iterator[Answer]:
    """pre, post, post_residual, sandwich or parallel."""
    yield from code.says("norm_placement")
    yield Unknown("only the layer's forward says in which order norm, sublayer and addition run")
