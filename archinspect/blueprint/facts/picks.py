"""Where an entry of a part of a tensor comes from: indexing, look-ups, pieces, and writes to parts."""

from __future__ import annotations

from typing import Any

from .operation import Index, Operation, Rule, known, source
from .unclear import UnclearError


def _getitem(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    if "piece" in one.meta:
        return _piece(numbers, one, index, turned)
    parts = str(one.meta.get("index")).split(",")
    if "tensor" in parts:
        return _looked_up(numbers, one, index, turned, parts)
    operand, shape = source(numbers, one)
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
    if parts[0] != "tensor" or set(parts[1:]) - {":", "..."}:
        raise UnclearError(f"index {one.meta.get('index')}", one.location)
    known(one)  # a mask picks as many rows as data says
    rank = len(known(numbers.operation(one.args[1])))
    row = int(numbers.at(one.args[1], index[:rank]))
    return float(numbers.at(one.args[0], (row, *index[rank:]), turned=turned))


def _piece(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    whole = numbers.operation(numbers.operand(one, 0))
    place, dim = one.meta["piece"], whole.meta.get("dim")
    source = numbers.operand(whole, 0)
    rank = len(known(whole))
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


def _setitem(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    """The value within the part that was written, the former content outside of it."""
    operand, shape = source(numbers, one)
    parts = str(one.meta.get("index")).split(",")
    if "..." in parts:
        at = parts.index("...")
        parts[at : at + 1] = [":"] * (len(shape) - len(parts) + 1)
    parts += [":"] * (len(shape) - len(parts))
    inner = []
    for part, place, size in zip(parts, index, shape, strict=True):
        if ":" not in part:
            if int(part) % size != place:
                return float(numbers.at(operand, index, turned=turned))
            continue
        ends = (int(end) if end else None for end in part.split(":"))
        covered = range(size)[slice(*ends)]
        if place not in covered:
            return float(numbers.at(operand, index, turned=turned))
        inner.append(covered.index(place))
    return float(numbers.at(numbers.operand(one, 1), tuple(inner), turned=turned))


def _masked_fill(numbers: Any, one: Operation, index: Index, turned: bool) -> float:
    filled = bool(numbers.at(numbers.operand(one, 1), index))
    if not filled:
        return float(numbers.at(numbers.operand(one, 0), index, turned=turned))
    return float(one.args[2] if len(one.args) > 2 else one.meta["value"])


RULES: dict[str, Rule] = {
    "getitem": _getitem,
    "embedding": _embedding,
    "gather": _gather,
    "index_select": _index_select,
    "setitem": _setitem,
    "masked_fill": _masked_fill,
}
