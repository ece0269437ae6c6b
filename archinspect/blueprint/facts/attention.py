"""Softmax attention of every layer: its operands, the projections they come from, its mask."""

from __future__ import annotations

from msgspec import Struct, field

from archinspect.blueprint.trace import SEQUENCE, Node

from .layers import Layer
from .unclear import UnclearError
from .view import Linear, View

_MIXES = frozenset(("matmul", "bmm", "baddbmm", "einsum"))


class Attention(Struct):
    """One softmax attention. Nodes of query, key and value as they meet; ``mixed`` are the nodes that carry
    the result,
    ``mask_paths`` those through which masks reach the scores."""

    layer: int
    node: int
    location: str
    query: int
    key: int
    value: int
    mixed: frozenset[int]
    scores: int | None
    softmax: int | None
    before_softmax: tuple[int, ...]
    mask_paths: tuple[int, ...]
    sinks: bool
    q_linears: list[Linear] = field(default_factory=list)
    k_linears: list[Linear] = field(default_factory=list)
    v_linears: list[Linear] = field(default_factory=list)
    o_linear: Linear | None = None


def attentions_of(view: View) -> dict[int, Attention]:
    """By layer, its softmax attention; layers without one are left out. Raises UnclearError when a layer
    has several."""
    found: dict[int, Attention] = {}
    for layer in view.layers:
        nodes = _attention_nodes(view, layer)
        if len(nodes) > 1:
            raise UnclearError(
                f"layer {layer.number} runs {len(nodes)} softmax attentions", nodes[1].location
            )
        if nodes:
            found[layer.number] = _with_projections(view, layer, _describe(view, layer, nodes[0]))
    return found


def _attention_nodes(view: View, layer: Layer) -> list[Node]:
    nodes = [view.nodes[one] for one in layer.nodes]
    calls = [one for one in nodes if one.op in ("attention", "sdpa")]
    regions = {one.id for one in calls}
    return calls + [
        one for one in nodes if one.op == "softmax" and one.region not in regions and is_attention(view, one)
    ]


def is_attention(view: View, node: Node) -> bool:
    """Whether a softmax runs over the scores of data with data, position against position."""
    if node.op != "softmax" or view.kinds[node.id] != "data":
        return False
    _, halted = view.back(node.id, lambda one: one.id in view.linears or is_mix(view, one))
    return any(is_mix(view, view.nodes[one]) for one in halted)


def is_mix(view: View, node: Node) -> bool:
    """A product of data with data."""
    return node.op in _MIXES and view.kinds[node.id] == "data" and node.id not in view.linears


def _describe(view: View, layer: Layer, node: Node) -> Attention:
    if node.op == "softmax":
        return _written_out(view, layer, node)
    if len(node.inputs) < 3:
        raise UnclearError("attention called without query, key and value", node.location)
    region = view.regions.get(node.id, ()) if node.op == "attention" else (node.id,)
    softmax = [one for one in region if view.nodes[one].op == "softmax"]
    before: tuple[int, ...] = ()
    scores = None
    if len(softmax) == 1:
        passed, halted = view.back(softmax[0], lambda one: is_mix(view, one) or one.id in view.linears)
        before, mixes = tuple(passed), [one for one in halted if is_mix(view, view.nodes[one])]
        scores = mixes[0] if len(mixes) == 1 else None
    elif node.op == "attention":
        raise UnclearError("the attention function's fall-back could not be followed", node.location)
    return Attention(
        layer=layer.number,
        node=node.id,
        location=node.location,
        query=node.inputs[0],
        key=node.inputs[1],
        value=node.inputs[2],
        mixed=frozenset(region or (node.id,)),
        scores=scores,
        softmax=softmax[0] if softmax else None,
        before_softmax=before,
        mask_paths=(*node.inputs[3:], *before),
        sinks="s_aux" in node.meta.get("tensors", {}) or _has_sinks(view, (*before, *region)),
    )


def _written_out(view: View, layer: Layer, node: Node) -> Attention:
    passed, halted = view.back(node.id, lambda one: one.id in view.linears or is_mix(view, one))
    mixes = [view.nodes[one] for one in halted if is_mix(view, view.nodes[one])]
    if len(mixes) != 1:
        raise UnclearError(f"scores made of {len(mixes)} products", node.location)
    query, key = _score_operands(view, mixes[0])
    mixed = _mixed(view, layer, node)
    value = _other(view, mixed, node)
    return Attention(
        layer.number,
        node.id,
        node.location,
        query,
        key,
        value,
        frozenset((mixed.id,)),
        mixes[0].id,
        node.id,
        tuple(passed),
        tuple(passed),
        _has_sinks(view, passed),
    )


def _score_operands(view: View, node: Node) -> tuple[int, int]:
    operands = node.inputs[-2:]
    if len(operands) != 2 or any(view.kinds[one] != "data" for one in operands):
        raise UnclearError(f"scores by {node.op}", node.location)
    return operands[0], operands[1]


def _mixed(view: View, layer: Layer, softmax: Node) -> Node:
    inside, todo, seen = set(layer.nodes), [softmax.id], {softmax.id}
    found: list[Node] = []
    while todo:
        for reader in view.trace.consumers(todo.pop()):
            if reader in seen or reader not in inside:
                continue
            seen.add(reader)
            if is_mix(view, view.nodes[reader]):
                found.append(view.nodes[reader])
            elif reader not in view.linears:
                todo.append(reader)
    if len(found) != 1:
        raise UnclearError(f"the probabilities meet {len(found)} products", softmax.location)
    return found[0]


def _other(view: View, mixed: Node, softmax: Node) -> int:
    def stop(one: Node) -> bool:
        return one.id in view.linears or is_mix(view, one)

    others = [one for one in mixed.inputs if softmax.id not in view.back(one, stop)[0]]
    if len(others) != 1:
        raise UnclearError("the values that the probabilities mix", mixed.location)
    return others[0]


def _has_sinks(view: View, passed: tuple[int, ...] | list[int]) -> bool:
    """Whether a parameter joins the scores as one more column, or is taken off their logsumexp."""
    for one in passed:
        node = view.nodes[one]
        if (
            node.op == "sub"
            and any(view.is_parameter(source) for source in node.inputs)
            and any(
                view.nodes[source].op == "logsumexp"
                for source in view.back(one, lambda at: at.id in view.linears)[0]
            )
        ):
            return True
    return any(
        view.nodes[one].op == "cat" and any(view.is_parameter(source) for source in view.nodes[one].inputs)
        for one in passed
    )


def _with_projections(view: View, layer: Layer, found: Attention) -> Attention:
    for name, node in (("q", found.query), ("k", found.key), ("v", found.value)):
        passed, linears = view.to_linears(node)
        view.clear(passed)
        setattr(found, f"{name}_linears", linears)
    last = max(found.mixed)
    for node in layer.nodes:
        linear = view.linears.get(node)
        if linear is not None and node > last and not found.mixed.isdisjoint(view.to_linears(linear.data)[0]):
            found.o_linear = linear
            break
    return found


def heads_and_width(view: View, node: int) -> tuple[int, int]:
    """(heads, head_dim) of a query, key or value as it meets the others: (B, heads, S, D), or S and D
    exchanged."""
    one = view.nodes[node]
    shape = one.shape
    if shape is None or len(shape) < 3 or None in shape or SEQUENCE not in shape[-2:]:
        raise UnclearError("a head's shape is not known", one.location)
    width = shape[-1] if shape[-1] != SEQUENCE else shape[-2]
    total = 1
    for size in shape:
        total *= size or 0
    if width is None or total % (2 * SEQUENCE * width):
        raise UnclearError("heads cannot be counted", one.location)
    return total // (2 * SEQUENCE * width), width
