"""What joins the scores of attention besides the product of queries and keys, known by its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

from archinspect.blueprint.trace import Ref

from .attention import Attention
from .unclear import UnclearError
from .view import View

_NEVER = -1e4
_MAX_ROWS = 4096
_PASSING = frozenset(
    (
        "getitem", "view", "reshape", "unsqueeze", "squeeze", "expand", "transpose", "permute", "repeat",
        "repeat_interleave", "flatten",
    )
)  # fmt: skip


def score_bias(view: View, one: Attention, known: dict[int, str | None]) -> str | None:
    """``alibi`` when slopes that differ by head join the scores, None when only masks and factors do. Raises
    UnclearError for anything else."""
    kinds = set()
    for node in dict.fromkeys(_joining(view, one)):
        if node not in known:
            known[node] = _kind(view, node)
        kinds.add(known[node])
    kinds.discard(None)
    return kinds.pop() if kinds else None


def _joining(view: View, one: Attention) -> Iterator[int]:
    """Fixed operands that meet the scores, taken apart down to those without a mask."""
    scores = () if one.scores is None else (one.scores,)
    inside = set(one.before_softmax) | set(scores)
    for node in sorted(inside):
        if view.kinds[node] != "data":
            continue
        for source in view.nodes[node].inputs:
            if view.kinds[source] == "fixed":
                yield from _parts(view, source)


def _parts(view: View, node: int) -> Iterator[int]:
    """The operands of sums and selections that a mask is part of; the node itself when no mask is."""
    todo = [node]
    while todo:
        one = view.nodes[todo.pop()]
        if one.op == "mask":
            continue
        if one.id not in view.masked:
            yield one.id
        elif one.op in ("add", "where", "masked_fill", "cat", "pad") or one.op in _PASSING:
            todo += one.inputs
        else:
            raise UnclearError(f"a mask changed by {one.op}", one.location)


def _kind(view: View, node: int) -> str | None:
    """alibi, or None for a mask or a factor."""
    one = view.nodes[node]
    if one.shape is None or None in one.shape:
        raise UnclearError("something made of positions is added to the scores", one.location)
    *lead, width = one.shape or (1,)
    rows: list[list[float]] = []
    for at, index in enumerate(product(*(range(size or 0) for size in lead))):
        if at > _MAX_ROWS:
            raise UnclearError("a bias with too many rows to follow", one.location)
        index = index if one.shape else ()
        ends = [(*index, k) for k in range(width or 0)] if one.shape else [()]
        rows.append([view.numbers.at(Ref(node), end) for end in ends])
    seen = [[value for value in row if value > _NEVER] for row in rows]
    if all(value in (0.0, 1.0) for row in seen for value in row) or _one_number(seen):
        return None
    slopes = [_slope(row) for row in seen if len(row) > 1]
    if None not in slopes and len(set(slopes)) > 1 and 0.0 not in slopes:
        return "alibi"
    raise UnclearError("something made of positions is added to the scores", one.location)


def _one_number(rows: list[list[float]]) -> bool:
    return len({value for row in rows for value in row}) <= 1


def _slope(row: list[float]) -> float | None:
    """The step from key to key, None when it is not one."""
    steps = [after - before for before, after in pairwise(row)]
    return steps[0] if all(abs(one - steps[0]) < 1e-6 for one in steps) else None
