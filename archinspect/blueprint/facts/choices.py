"""What a layer picks by score: each token's experts, or the positions that attention looks at."""

from __future__ import annotations

from collections.abc import Iterable

from archinspect.blueprint.trace import BATCH, SEQUENCE, Node

from .attention import is_attention, is_mix
from .layers import Layer
from .view import View

_PICKS = frozenset(("topk", "argmax", "sort", "argsort", "one_hot", "nonzero", "max", "multinomial"))
_TOKENS = frozenset((BATCH, SEQUENCE, BATCH * SEQUENCE))


def chooses(view: View, layer: Layer) -> bool:
    """Whether anything in a layer picks by score."""
    return any(view.nodes[one].op in _PICKS and view.kinds[one] == "data" for one in layer.nodes)


def beside_attention(view: View, layer: Layer) -> Node | None:
    """The first choice whose outcome reaches the layer's output by another way than the scores and values of
    softmax attention."""
    picks = [one for one in layer.nodes if _picks(view, view.nodes[one])]
    if not picks or not reaches_output(view, layer, picks):
        return None
    return next((view.nodes[one] for one in picks if reaches_output(view, layer, [one])), None)


def reaches_output(view: View, layer: Layer, nodes: Iterable[int]) -> bool:
    """Whether the layer's output depends on one of these nodes, attention left out."""
    inside = set(layer.nodes) - _attention(view, layer)
    outputs = _streams(view, layer)
    todo = [one for one in nodes if one in inside]
    seen = set(todo)
    while todo:
        one = todo.pop()
        if one in outputs:
            return True
        for reader in view.trace.consumers(one):
            if reader in inside and reader not in seen:
                seen.add(reader)
                todo.append(reader)
    return False


def _streams(view: View, layer: Layer) -> set[int]:
    """What a layer returns of the residual stream's shape; all that it returns when there is none."""
    shape = view.nodes[layer.call.inputs[0]].shape if layer.call.inputs else None
    outputs = set(layer.call.outputs)
    return {one for one in outputs if view.nodes[one].shape == shape} or outputs


def firsts(view: View, layer: Layer) -> list[Node]:
    """Choices of one alone, the best, on which the layer's output depends."""
    nodes = (view.nodes[one] for one in layer.nodes)
    return [
        one
        for one in nodes
        if one.op in ("argmax", "max") and _picks(view, one) and reaches_output(view, layer, [one.id])
    ]


def candidates(view: View, node: Node) -> int | None:
    """How many a choice is made among; None when that is not known, 0 when they are tokens."""
    shape, dim = view.nodes[node.inputs[0]].shape, node.meta.get("dim")
    if shape is None or not isinstance(dim, int) or not -len(shape) <= dim < len(shape):
        return None
    last = dim % len(shape) == len(shape) - 1
    return 0 if not last and shape[dim] in _TOKENS else shape[dim]


def _picks(view: View, node: Node) -> bool:
    if node.op not in _PICKS or view.kinds[node.id] != "data":
        return False
    return node.op != "max" or any(
        view.nodes[one].meta.get("piece") == 1 and view.trace.consumers(one)
        for one in view.trace.consumers(node.id)
    )


def _attention(view: View, layer: Layer) -> set[int]:
    """Softmax attention's own nodes: its calls, its probabilities, and the products that mix values by
    them."""
    calls = {one for one in layer.nodes if view.nodes[one].op in ("attention", "sdpa")}
    found = calls | {one for call in calls for one in view.regions.get(call, ())}
    todo = [one for one in layer.nodes if one not in found and is_attention(view, view.nodes[one])]
    found.update(todo)
    inside = set(layer.nodes)
    while todo:
        one = todo.pop()
        if is_mix(view, view.nodes[one]):
            continue
        for reader in view.trace.consumers(one):
            if reader in inside and reader not in found and reader not in view.linears:
                found.add(reader)
                todo.append(reader)
    return found
