"""Where an entry of a rearranged, joined or multiplied tensor comes from: one rule per operation.

A rule is asked for the entry at an index of the operation's output and asks ``numbers`` for entries of its
operands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

from .unclear import UnclearError

Index = tuple[int, ...]
Shape = tuple[int, ...]
Rule = Callable[[Any, "Operation", Index, bool], float]
_SUMMED = 4096


@dataclass(frozen=True, slots=True)
class Operation:
    """How a tensor is made: ``args`` are operands (Ref or Tensor) and constants; ``key`` is its own."""

    op: str
    args: tuple[Any, ...]
    meta: Any
    shape: tuple[int | None, ...] | None
    key: int
    location: str


def _known(one: Operation) -> Shape:
    """The shape, all of it known."""
    if one.shape is None or None in one.shape:
        raise UnclearError(f"a tensor of unknown shape, made by {one.op}", one.location)
    return tuple(size or 0 for size in one.shape)


def _source(numbers: Any, one: Operation) -> tuple[Any, Shape]:
    operand = numbers.operand(one, 0)
    return operand, _known(numbers.operation(operand))


def _constant(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    meta = one.meta
    if "step" in meta:
        return float(meta["start"] + meta["step"] * index[0])
    if meta.get("entries") is not None:
        return float(meta["entries"][index[0]])
    value = meta.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnclearError(f"a tensor made by {meta.get('function')}", one.location)
    return float(value)


def _same_order(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    """``view``, ``unsqueeze`` ...: the entries in the same order, other dimensions."""
    operand, shape = _source(numbers, one)
    place = 0
    for at, size in zip(index, _known(one), strict=True):
        place = place * size + at
    found = []
    for size in reversed(shape):
        found.append(place % size)
        place //= size
    return float(numbers.at(operand, tuple(reversed(found)), turned=turned))


def _broadcast(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    return float(numbers.at(numbers.operand(one, 0), index, turned=turned))


def _transpose(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    moved = list(index)
    a, b = one.meta["dims"]
    moved[a], moved[b] = moved[b], moved[a]
    return float(numbers.at(numbers.operand(one, 0), tuple(moved), turned=turned))


def _permute(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    order = [one.args[1]] if len(one.args) == 2 else list(one.args[1:])
    order = list(order[0]) if isinstance(order[0], tuple | list) else order
    moved = [0] * len(index)
    for target, source in enumerate(order):
        moved[source] = index[target]
    return float(numbers.at(numbers.operand(one, 0), tuple(moved), turned=turned))


def _repeat(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    operand, shape = _source(numbers, one)
    own = index[len(index) - len(shape) :]
    return float(
        numbers.at(operand, tuple(i % size for i, size in zip(own, shape, strict=True)), turned=turned)
    )


def _interleaved(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    operand, shape = _source(numbers, one)
    times, dim = one.meta["repeats"], one.meta["dim"]
    if len(shape) != len(index):
        raise UnclearError("repeat_interleave of all entries", one.location)
    own = list(index)
    own[dim] //= times
    return float(numbers.at(operand, tuple(own), turned=turned))


def _joined(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    """``cat`` and ``stack``."""
    parts = one.args[0]
    dim = one.meta.get("dim", one.args[1] if len(one.args) > 1 else 0)
    at = dim % len(index)
    place = index[at]
    if one.op == "stack":
        return float(numbers.at(parts[place], (*index[:at], *index[at + 1 :]), turned=turned))
    for part in parts:
        size = (numbers.operation(part).shape or ())[at]
        if size is None:
            break
        if place < size:
            return float(numbers.at(part, (*index[:at], place, *index[at + 1 :]), turned=turned))
        place -= size
    raise UnclearError("an entry outside of what was joined", one.location)


def _getitem(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    if "piece" in one.meta:
        return _piece(numbers, one, index, turned)
    parts = str(one.meta.get("index")).split(",")
    if "tensor" in parts:
        return _looked_up(numbers, one, index, turned, parts)
    operand, shape = _source(numbers, one)
    taken = sum(part not in ("None", "...") for part in parts)
    if "..." not in parts:
        parts.append("...")
    found: list[int] = []
    place = 0
    for part in parts:
        if part == "None":
            place += 1
        elif part == "...":
            rest = len(shape) - taken
            found += index[place : place + rest]
            place += rest
        elif ":" in part:
            start, _, step = (*part.split(":"), "")[:3]
            first = int(start or 0)
            found.append((first + shape[len(found)] if first < 0 else first) + index[place] * int(step or 1))
            place += 1
        else:
            found.append(int(part) % shape[len(found)])
    return float(numbers.at(operand, tuple(found), turned=turned))


def _looked_up(numbers: Any, one: Operation, index: Index, turned: bool, parts: list[str]) -> float:
    """``table[positions]``: a row for each position."""
    if parts != ["tensor"]:
        raise UnclearError(f"index {one.meta.get('index')}", one.location)
    _known(one)  # a mask picks as many rows as data says
    rank = len(_known(numbers.operation(one.args[1])))
    row = int(numbers.at(one.args[1], index[:rank]))
    return float(numbers.at(one.args[0], (row, *index[rank:]), turned=turned))


def _piece(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    whole = numbers.operation(numbers.operand(one, 0))
    place, dim = one.meta["piece"], whole.meta.get("dim")
    source = numbers.operand(whole, 0)
    rank = len(_known(whole))
    at = dim % rank
    if whole.op == "unbind":
        return float(numbers.at(source, (*index[:at], place, *index[at:]), turned=turned))
    if whole.op not in ("chunk", "split", "split_with_sizes", "tensor_split"):
        raise UnclearError(f"a piece of {whole.op}", one.location)
    start = sum(whole.meta["sizes"][:place])
    return float(numbers.at(source, (*index[:at], start + index[at], *index[at + 1 :]), turned=turned))


def _embedding(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    row = int(numbers.at(numbers.operand(one, 0), index[:-1]))
    return float(numbers.at(numbers.operand(one, 1), (row, index[-1]), turned=turned))


def _gather(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    dim, chosen = one.args[1], one.args[2]
    own = list(index)
    own[dim] = int(numbers.at(chosen, index))
    return float(numbers.at(numbers.operand(one, 0), tuple(own), turned=turned))


def _index_select(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    dim, chosen = one.args[1], one.args[2]
    own = list(index)
    own[dim] = int(numbers.at(chosen, (index[dim],)))
    return float(numbers.at(numbers.operand(one, 0), tuple(own), turned=turned))


def _outer(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    left = numbers.at(numbers.operand(one, 0), index[:1], turned=turned)
    return float(left * numbers.at(numbers.operand(one, 1), index[1:], turned=turned))


def _matmul(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    left, right = numbers.operand(one, 0), numbers.operand(one, 1)
    shapes = [_known(numbers.operation(side)) for side in (left, right)]
    if min(len(shape) for shape in shapes) < 2 or shapes[0][-1] > _SUMMED:
        raise UnclearError(f"a product of shapes {shapes}", one.location)
    total = 0.0
    for k in range(shapes[0][-1]):
        total += numbers.at(left, (*index[:-1], k), turned=turned) * numbers.at(
            right, (*index[:-2], k, index[-1]), turned=turned
        )
    return total


def _einsum(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    left, _, right = str(one.args[0]).replace(" ", "").partition("->")
    terms, operands = left.split(","), one.args[1:]
    if "." in left or len(terms) != len(operands):
        raise UnclearError(f"einsum {one.args[0]}", one.location)
    sizes: dict[str, int] = {}
    for term, operand in zip(terms, operands, strict=True):
        sizes.update(zip(term, _known(numbers.operation(operand)), strict=True))
    summed = sorted(set(sizes) - set(right))
    total = 0.0
    for chosen in product(*(range(sizes[name]) for name in summed)):
        at = {**dict(zip(right, index, strict=True)), **dict(zip(summed, chosen, strict=True))}
        value = 1.0
        for term, operand in zip(terms, operands, strict=True):
            value *= numbers.at(operand, tuple(at[name] for name in term), turned=turned)
        total += value
    return total


def _clamp(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    value = float(numbers.at(numbers.operand(one, 0), index, turned=turned))
    low, high = one.meta.get("min"), one.meta.get("max")
    if not all(bound is None or isinstance(bound, int | float) for bound in (low, high)):
        raise UnclearError("clamp with bounds that are not constants", one.location)
    value = value if high is None else min(value, high)
    return value if low is None else max(value, low)


def _cumsum(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    dim = one.meta.get("dim", one.args[1] if len(one.args) > 1 else None)
    if not isinstance(dim, int):
        raise UnclearError("cumsum along an unknown dimension", one.location)
    at = dim % len(index)
    before = ((*index[:at], k, *index[at + 1 :]) for k in range(index[at] + 1))
    return float(sum(numbers.at(numbers.operand(one, 0), each, turned=turned) for each in before))


def _polar(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    """A complex number by length and angle: the angle where that is asked for, else its length at angle 0."""
    angle = float(numbers.at(numbers.operand(one, 1), index, turned=turned))
    if turned:
        return angle
    if angle:
        raise UnclearError("a complex number", one.location)
    return float(numbers.at(numbers.operand(one, 0), index))


RULES: dict[str, Rule] = {
    "constant": _constant,
    **dict.fromkeys(
        ("view", "reshape", "flatten", "unflatten", "unsqueeze", "squeeze", "view_copy", "ravel"), _same_order
    ),
    "expand": _broadcast,
    "transpose": _transpose,
    "permute": _permute,
    "repeat": _repeat,
    "tile": _repeat,
    "repeat_interleave": _interleaved,
    **dict.fromkeys(("cat", "stack"), _joined),
    "getitem": _getitem,
    "embedding": _embedding,
    "gather": _gather,
    "index_select": _index_select,
    **dict.fromkeys(("outer", "ger"), _outer),
    "matmul": _matmul,
    "einsum": _einsum,
    "clamp": _clamp,
    "cumsum": _cumsum,
    "polar": _polar,
}
