"""What joins the scores of attention besides the product of queries and keys, known by its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

from msgspec import Struct

from archinspect.blueprint.trace import Node, Ref

from .attention import Attention
from .unclear import UnclearError
from .view import View

NEVER = -1e4
_MAX_ROWS = 4096
_PASSING = frozenset(
    (
        "getitem", "view", "reshape", "unsqueeze", "squeeze", "expand", "transpose", "permute", "repeat",
        "repeat_interleave", "flatten", "cat", "pad",
    )
)  # fmt: skip
_KEEPING = frozenset(
    ("add", "sub", "baddbmm", "mul", "div", "maximum", "minimum", "softmax", "cat", "addcmul")
)


_PICKING = frozenset(("gather", "index_select", "getitem", "take_along_dim"))


class Part(Struct, frozen=True):
    """Something fixed that no builder of masks made. ``sense``: ``add`` (to the scores), ``allow`` or
    ``forbid`` (what they keep where it is true), or ``index`` (which of them are picked)."""

    node: int
    sense: str


def parts_of(view: View, one: Attention) -> list[Part]:
    """Fixed operands that meet the scores, taken apart down to those without a builder's mask."""
    inside = set(one.before_softmax) | ({one.scores} if one.scores is not None else set())
    found: dict[Part, None] = {}
    for node in sorted(inside):
        if view.kinds[node] == "data":
            found.update(dict.fromkeys(_meeting(view, view.nodes[node])))
    call = view.nodes[one.node]
    if call.op == "sdpa" and len(call.inputs) > 3 and view.kinds[call.inputs[3]] == "fixed":
        found.update(dict.fromkeys(_handed_over(view, call.inputs[3], call.meta.get("mask"))))
    return list(found)


def _handed_over(view: View, mask: int, kind: object) -> Iterator[Part]:
    """Parts of the mask that torch's own attention is given: one of truths says what is seen, any other is
    added to the scores."""
    one = view.nodes[mask]
    if kind == "torch.bool":
        if one.op in ("logical_and", "bitwise_and"):
            for source in one.inputs:
                yield from _handed_over(view, source, kind)
        elif mask not in view.masked:
            yield Part(mask, "allow")
    elif mask in view.masked:
        yield from _summed(view, mask)
    elif isinstance(kind, str) or _lowers(view, one):
        yield Part(mask, "add")
    else:
        raise UnclearError("a mask of a kind that is not known", one.location)


def _lowers(view: View, one: Node) -> bool:
    """Whether the first token's row has numbers that no truth has: those that count for nothing."""
    *lead, width = one.shape or (None,)
    first = (0,) * len(lead)
    return any(view.numbers.at(Ref(one.id), (*first, key)) <= NEVER for key in range(width or 0))


def _meeting(view: View, node: Node) -> Iterator[Part]:
    """Parts of the fixed operands of one operation on the scores."""
    # baddbmm(x, a, b, beta=0) does not read x.
    inputs = node.inputs[1:] if node.meta.get("beta") == 0 else node.inputs
    fixed = [source for source in inputs if view.kinds[source] == "fixed"]
    if not fixed:
        return
    if node.op in ("where", "masked_fill"):
        yield from _chosen(view, node)
    elif node.op in _KEEPING:
        for source in fixed:
            yield from _summed(view, source)
    elif node.op in _PICKING and fixed[0] != node.inputs[0]:
        for source in fixed:
            yield Part(source, "index")
    elif any(not _one_value(view, source) for source in fixed):
        raise UnclearError(f"something fixed meets the scores by {node.op}", node.location)


def _chosen(view: View, node: Node) -> Iterator[Part]:
    """``where`` and ``masked_fill``: a condition, and fixed operands beside it."""
    if len(node.args) != 3 and node.op == "where":
        raise UnclearError("a choice in a form that is not known", node.location)
    kept, condition, sense = node.inputs[:1], node.inputs[1], "forbid"
    other = node.args[2] if len(node.args) > 2 else node.meta.get("value")
    if node.op == "where":
        kept, condition = node.inputs[1:], node.inputs[0]
        if isinstance(node.args[1], Ref) and not _one_value(view, node.args[1].node):
            sense = "allow"
        else:
            other = node.args[1]
    if view.kinds[condition] == "fixed" and condition not in view.masked:
        # What takes another finite value where the condition says so is still seen.
        yield Part(condition, sense if _hides(view, other, node) else "index")
    for source in kept:
        if view.kinds[source] == "fixed":
            yield from _summed(view, source)


def _hides(view: View, value: object, node: Node) -> bool:
    """Whether a score of this value counts for nothing."""
    if isinstance(value, Ref) and not _one_value(view, value.node):
        raise UnclearError("a choice between two tensors", node.location)
    if not isinstance(value, Ref | int | float):
        raise UnclearError("a mask of an unknown value", node.location)
    shape = view.nodes[value.node].shape or () if isinstance(value, Ref) else ()
    return view.numbers.at(value, (0,) * len(shape)) <= NEVER


def _summed(view: View, node: int) -> Iterator[Part]:
    """Parts of something fixed that is added to the scores."""
    one = view.nodes[node]
    if one.op == "mask":
        return
    if node not in view.masked:
        yield Part(node, "add")
    elif one.op in ("where", "masked_fill"):
        yield from _chosen(view, one)
    elif one.op in ("add", "sub") or one.op in _PASSING:
        for source in one.inputs:
            yield from _summed(view, source)
    elif not all(source in view.masked or _one_value(view, source) for source in one.inputs):
        raise UnclearError(f"a mask changed by {one.op}", one.location)


def _one_value(view: View, node: int) -> bool:
    """Whether a fixed operand is one number."""
    one = view.nodes[node]
    if view.kinds[node] != "fixed":
        return False
    return one.shape in ((), (1,)) or (
        one.op == "constant" and isinstance(one.meta.get("value"), int | float)
    )


def score_bias(view: View, one: Attention, known: dict[int, str | None]) -> str | None:
    """``alibi`` when slopes that differ by head join the scores, None when only masks and factors do. Raises
    UnclearError for anything else."""
    kinds = set()
    for part in parts_of(view, one):
        if part.sense == "add":
            if part.node not in known:
                known[part.node] = added_kind(view, part.node)
            kinds.add(known[part.node])
        elif part.sense == "index":
            raise UnclearError("scores picked by position", view.nodes[part.node].location)
    kinds.discard(None)
    return kinds.pop() if kinds else None


def added_kind(view: View, node: int) -> str | None:
    """alibi, or None for a mask or a factor."""
    one = view.nodes[node]
    if _one_value(view, node):
        return None
    if one.shape is None or None in one.shape:
        raise UnclearError("something made of positions is added to the scores", one.location)
    *lead, width = one.shape
    rows: list[list[float]] = []
    for at, index in enumerate(product(*(range(size or 0) for size in lead))):
        if at > _MAX_ROWS:
            raise UnclearError("a bias with too many rows to follow", one.location)
        rows.append([view.numbers.at(Ref(node), (*index, k)) for k in range(width or 0)])
    seen = [[value for value in row if value > NEVER] for row in rows]
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
