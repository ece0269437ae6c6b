"""How far a position looks back through masks that are written out: asked of their entries, at positions far
beyond the traced length."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from archinspect.blueprint.trace import Ref

from .attention import Attention
from .biases import NEVER, Part, added_kind, parts_of
from .unclear import UnclearError
from .view import View

_FAR = 1 << 16


class Reach(Struct, frozen=True):
    """``window`` in tokens, None without one; ``causal``: what comes later is not seen."""

    window: int | None
    causal: bool


def written_reach(view: View, one: Attention) -> Reach:
    """What all masks together allow that no builder made."""
    reaches = [_of_part(view, part) for part in parts_of(view, one)]
    windows = [reach.window for reach in reaches if reach.window is not None]
    return Reach(min(windows, default=None), any(reach.causal for reach in reaches))


def _of_part(view: View, part: Part) -> Reach:
    known = view.reaches.get(part)
    if known is None:
        known = view.reaches[part] = _asked(view, part)
    return known


def _asked(view: View, part: Part) -> Reach:
    one = view.nodes[part.node]
    if one.shape is None or len(one.shape) < 2 or part.sense == "index":
        return Reach(None, False)
    if part.sense == "add" and added_kind(view, part.node) == "alibi":
        return Reach(None, False)
    limit = view.reading.config.get("max_position_embeddings")
    last = limit - 1 if isinstance(limit, int) and limit > 1 else _FAR
    heads = {0, (one.shape[-3] or 1) - 1} if len(one.shape) > 2 else {None}
    found = {_looked(view, part, last, head) for head in heads}
    if len(found) != 1:
        raise UnclearError("a mask that differs between the heads", one.location)
    return found.pop()


def _looked(view: View, part: Part, last: int, head: int | None) -> Reach:
    """From the last position: distances are doubled until one is not seen, then narrowed to the first that is
    not."""
    one = view.nodes[part.node]
    rank = len(one.shape or ())
    lead = (0,) * (rank - 3) + ((head,) if head is not None else ())

    def seen(query: int, key: int) -> bool:
        value = view.numbers.at(Ref(part.node), (*lead, query, key))
        return value > NEVER if part.sense == "add" else bool(value) == (part.sense == "allow")

    if not seen(last, last):
        raise UnclearError("a mask that hides a position from itself", one.location)
    distances = [*_doubled(last), last]
    hidden = [distance for distance in distances if not seen(last, last - distance)]
    causal = not seen(last - 1, last)
    if not hidden:
        return Reach(None, causal)
    low, high = max((one for one in distances if one < hidden[0]), default=0), hidden[0]
    if hidden != [one for one in distances if one >= high]:
        raise UnclearError("a mask that hides some positions between others", one.location)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if seen(last, last - middle) else (low, middle)
    return Reach(high, causal)


def _doubled(last: int) -> Iterable[int]:
    distance = 1
    while distance < last:
        yield distance
        distance *= 2
