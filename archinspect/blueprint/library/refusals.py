"""What torch refuses to make, with the errors it raises: a config that leads there has no model."""

from __future__ import annotations

from archinspect.blueprint.interp.values import Raised
from archinspect.hints import Any

from .tensors import Shape, Size

LARGEST_BYTES = 2**63 - 1
_BYTES = 4  # of an element of the default type, float32


def possible(ev: Any, shape: Shape) -> Shape:
    """The shape. Raises the interpreted RuntimeError for a negative dimension and for too many elements."""
    total = _BYTES
    for one in shape or ():
        if one is not None:
            if one < 0:
                raise Raised(
                    ev.exception("RuntimeError", f"Trying to create tensor with negative dimension {one}")
                )
            total *= max(one, 1)
    if total > LARGEST_BYTES:
        raise Raised(ev.exception("RuntimeError", "Storage size calculation overflowed"))
    return shape


def padding_index(ev: Any, rows: Size, index: Any) -> None:
    """An embedding's padding row is one of its rows."""
    if rows is not None and type(index) is int and not -rows <= index < max(rows, 1):
        raise Raised(ev.exception("AssertionError", "Padding_idx must be within num_embeddings"))


def probability(ev: Any, value: Any) -> None:
    """A dropout's."""
    if isinstance(value, int | float) and not 0 <= value <= 1:
        raise Raised(
            ev.exception("ValueError", f"dropout probability has to be between 0 and 1, but got {value}")
        )


def grouped(ev: Any, groups: Size, **channels: Size) -> None:
    """Channels that are split into groups."""
    if groups is None:
        return
    if groups <= 0:
        raise Raised(ev.exception("ValueError", "groups must be a positive integer"))
    for name, count in channels.items():
        if count is not None and count % groups:
            raise Raised(ev.exception("ValueError", f"{name} must be divisible by the number of groups"))


def heads(ev: Any, width: Size, count: Size) -> None:
    """The width of multi-head attention is that of its heads together."""
    if width is None or count is None:
        return
    if width <= 0 or count <= 0:
        raise Raised(ev.exception("ValueError", "embed_dim and num_heads must be greater than 0"))
    if width % count:
        raise Raised(ev.exception("AssertionError", "embed_dim must be divisible by num_heads"))
