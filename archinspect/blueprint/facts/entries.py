"""Where an entry of a rearranged, joined or multiplied tensor comes from: one rule per operation.

A rule is asked for the entry at an index of the operation's output and asks ``numbers`` for entries of its
operands.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from . import picks
from .operation import Index, Operation, Rule, known, source
from .unclear import UnclearError

_SUMMED = 4096


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
    operand, shape = source(numbers, one)
    made = known(one)
    wide = [at for at, size in zip(index, made, strict=True) if size != 1]
    if [size for size in made if size != 1] == [size for size in shape if size != 1]:
        rest = iter(wide)
        moved = tuple(0 if size == 1 else next(rest) for size in shape)
        return float(numbers.at(operand, moved, turned=turned))
    place = 0
    for at, size in zip(index, made, strict=True):
        place = place * size + _within(at, size, one)
    found = []
    for size in reversed(shape):
        found.append(place % size)
        place //= size
    return float(numbers.at(operand, tuple(reversed(found)), turned=turned))


def _within(at: int, size: int, one: Operation) -> int:
    """A place that has to be within the traced sizes: beyond them the order of entries is another."""
    if not 0 <= at < size:
        raise UnclearError(f"{one.op} beyond the traced length", one.location)
    return at


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
    for target, place in enumerate(order):
        moved[place] = index[target]
    return float(numbers.at(numbers.operand(one, 0), tuple(moved), turned=turned))


def _repeat(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    operand, shape = source(numbers, one)
    own = index[len(index) - len(shape) :]
    for at, size in zip(index, known(one), strict=True):
        _within(at, size, one)
    return float(
        numbers.at(operand, tuple(i % size for i, size in zip(own, shape, strict=True)), turned=turned)
    )


def _interleaved(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    operand, shape = source(numbers, one)
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


def _outer(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    left = numbers.at(numbers.operand(one, 0), index[:1], turned=turned)
    return float(left * numbers.at(numbers.operand(one, 1), index[1:], turned=turned))


def _matmul(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    left, right = numbers.operand(one, 0), numbers.operand(one, 1)
    shapes = [known(numbers.operation(side)) for side in (left, right)]
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
        sizes.update(zip(term, known(numbers.operation(operand)), strict=True))
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


def _triangle(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    """``tril`` and ``triu``: what is beyond the diagonal is 0."""
    diagonal = one.args[1] if len(one.args) > 1 else one.meta.get("diagonal", 0)
    beyond = index[-1] - index[-2] - diagonal
    if beyond > 0 if one.op == "tril" else beyond < 0:
        return 0.0
    return float(numbers.at(numbers.operand(one, 0), index, turned=turned))


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
    **picks.RULES,
    **dict.fromkeys(("outer", "ger"), _outer),
    "matmul": _matmul,
    "einsum": _einsum,
    "clamp": _clamp,
    "cumsum": _cumsum,
    "polar": _polar,
    **dict.fromkeys(("tril", "triu"), _triangle),
}
