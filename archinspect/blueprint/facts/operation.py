"""An operation whose output's entries are asked for, in the forward or in a constructor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from .unclear import UnclearError

Index = tuple[int, ...]
Shape = tuple[int, ...]


class Operation(Struct, frozen=True):
    """How a tensor is made: ``args`` are operands (Ref or Tensor) and constants; ``key`` is its own."""

    op: str
    args: tuple[Any, ...]
    meta: Any
    shape: tuple[int | None, ...] | None
    key: int
    location: str


def known(one: Operation) -> Shape:
    """The shape, all of it known."""
    if one.shape is None or None in one.shape:
        raise UnclearError(f"a tensor of unknown shape, made by {one.op}", one.location)
    return tuple(size or 0 for size in one.shape)


def source(numbers: Any, one: Operation) -> tuple[Any, Shape]:
    """The first operand and its shape."""
    operand = numbers.operand(one, 0)
    return operand, known(numbers.operation(operand))


Rule = Callable[[Any, Operation, Index, bool], float]
