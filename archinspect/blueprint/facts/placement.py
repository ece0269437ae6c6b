"""Where the norms of a layer stand, from the flow of the residual stream."""

from __future__ import annotations

from collections.abc import Mapping

from archinspect.blueprint.trace import Node

from .attention import Attention
from .feed_forward import FeedForward
from .layers import Layer
from .norms import Norm
from .unclear import UnclearError, agreed
from .view import PASSING, View

_THROUGH = PASSING | {"getitem", "split", "chunk", "unbind", "mul", "index_select", "gather"}
_ONWARD = PASSING | {
    "mul",
    "add",
    "getitem",
    "index_add",
    "sum",
    "setitem",
    "div",
    "scatter_add",
    "bmm",
    "matmul",
}


def norm_placement(
    view: View,
    found: Mapping[int, Attention],
    pairs: Mapping[int, list[FeedForward]],
    norms: Mapping[int, Norm],
) -> str:
    """The placement of the layers that have both sublayers. Raises UnclearError when they differ or fit no
    form."""
    both = [layer for layer in view.layers if layer.number in found and pairs.get(layer.number)]
    if not both:
        raise UnclearError("no layer with attention and feed-forward")
    reads = {norm.source: norm for norm in norms.values()}
    kinds = [_of_layer(view, layer, found[layer.number], pairs[layer.number], norms, reads) for layer in both]
    return str(agreed(kinds, "norm_placement", both[0].call.defined))


def _of_layer(
    view: View,
    layer: Layer,
    one: Attention,
    pairs: list[FeedForward],
    norms: Mapping[int, Norm],
    reads: Mapping[int, Norm],
) -> str:
    hidden = view.hidden
    pair = next((p for p in pairs if p.ups[0].in_features == hidden == p.down.out_features), None)
    if one.o_linear is None or not one.v_linears or pair is None:
        raise UnclearError("a sublayer's ends", layer.call.defined)
    stream = layer.call.inputs[0]
    up = pair.ups[0].data
    passed, _ = view.back(up, lambda node: node.id == stream)
    view.clear(passed)
    if not one.mixed & set(passed):
        return "parallel"
    pre = [_reads_norm(view, layer, node, norms) for node in (_entrance(layer, one), up)]
    carried = _carried(view, layer)
    post = [_then(view, layer, node, reads, carried) for node in (one.o_linear.node, pair.down.node)]
    return _named(pre, post, layer)


def _entrance(layer: Layer, one: Attention) -> int:
    """What attention reads of this layer: where values are another layer's, what the queries are made of."""
    inside = set(layer.nodes)
    mine = [linear for linear in (*one.v_linears[:1], *one.q_linears[:1]) if linear.node in inside]
    if not mine:
        raise UnclearError("attention reads nothing of its own layer", layer.call.defined)
    return mine[0].data


def _named(pre: list[bool], post: list[str], layer: Layer) -> str:
    if all(pre) and post == ["norm", "norm"]:
        return "sandwich"
    if all(pre) and post == ["add", "add"]:
        return "pre"
    if not any(pre) and post == ["norm", "norm"]:
        return "post"
    if not pre[0] and post == ["sum norm", "sum norm"]:
        return "post_residual"
    shown = f"norm before: {pre[0]}, {pre[1]}; after: {post[0]}, {post[1]}"
    raise UnclearError(f"a placement without a name ({shown})", layer.call.defined)


def _reads_norm(view: View, layer: Layer, node: int, norms: Mapping[int, Norm]) -> bool:
    """Whether a sublayer reads a norm that this layer made, before anything else touches it. Projections in
    a chain, and norms between them, are within the sublayer."""
    inside, narrow = set(layer.nodes), False
    while True:
        one = view.nodes[node]
        if node in norms:
            if norms[node].width == view.hidden:
                return node in inside
            node, narrow = norms[node].source, node in inside
        elif node in layer.call.inputs or node not in inside or one.op == "add":
            return narrow
        elif node in view.linears:
            node, narrow = view.linears[node].data, False
        elif one.op in _THROUGH and one.inputs:
            data = [source for source in one.inputs if view.kinds[source] == "data"]
            node = (data or list(one.inputs))[0]
        else:
            raise UnclearError(f"{one.op} before a sublayer", one.location)


def _then(view: View, layer: Layer, node: int, reads: Mapping[int, Norm], stream: frozenset[int]) -> str:
    """What a sublayer's output meets first: ``norm``, the residual ``add``, or an add that only a norm
    reads (``sum norm``)."""
    inside, seen = set(layer.nodes), set()
    while node not in seen:
        seen.add(node)
        halfway = node in view.linears and view.width(node) != view.hidden
        if node in reads and reads[node].output in inside and not halfway:
            return "norm"
        readers = [one for one in view.trace.consumers(node) if one in inside]
        adds = [one for one in readers if view.nodes[one].op == "add" and _residual(view, node, one, stream)]
        if adds:
            return "sum norm" if _only_normed(view, layer, adds[0], reads) else "add"
        onward = [one for one in readers if _goes_on(view, node, view.nodes[one])]
        if not onward:
            raise UnclearError("where a sublayer's output goes", view.nodes[node].location)
        node = onward[0]
    raise UnclearError("a sublayer's output in a circle", view.nodes[node].location)


def _goes_on(view: View, node: int, reader: Node) -> bool:
    """Whether an operation passes a sublayer's output on: a stack of rows, the second half of a projection
    in two, or what changes no more than its form and its scale."""
    if reader.op == "cat":
        return reader.meta.get("dim") not in (None, -1)
    if reader.id in view.linears:
        return view.width(node) not in (None, view.hidden) and view.linears[reader.id].data == node
    return reader.op in _ONWARD


def _carried(view: View, layer: Layer) -> frozenset[int]:
    """Nodes of a layer that its input reaches without meeting a projection: the residual stream."""
    found = set(layer.call.inputs)
    for one in layer.nodes:
        if one not in view.linears and not found.isdisjoint(view.flow(view.nodes[one])):
            found.add(one)
    return frozenset(found)


def reading_stream(view: View, norms: Mapping[int, Norm]) -> list[Norm]:
    """Norms that read the residual stream in a layer, whatever module they are in; of its own width."""
    found = []
    for layer in view.layers:
        stream = _carried(view, layer)
        width = view.width(layer.call.inputs[0]) if layer.call.inputs else None
        inside = stream & set(layer.nodes)
        mine = (norm for norm in norms.values() if norm.source in stream and norm.output in inside)
        found += [norm for norm in mine if norm.width == width]
    return found


def _residual(view: View, node: int, add: int, stream: frozenset[int]) -> bool:
    """Whether the other operand of a sum is the residual stream."""
    others = [one for one in view.nodes[add].inputs if one != node]
    return len(others) == 1 and others[0] in stream


def _only_normed(view: View, layer: Layer, add: int, reads: Mapping[int, Norm]) -> bool:
    """Whether the sum goes on through a norm alone."""
    norm = reads.get(add)
    if norm is None or norm.output not in set(layer.nodes) or add in layer.call.outputs:
        return False
    readers = view.trace.consumers(add)
    call = view.trace.calls[view.nodes[norm.output].call]
    if norm.output in call.outputs and add in call.inputs and call.id != layer.call.id:
        return {view.nodes[reader].call for reader in readers} == {call.id}
    return readers == (norm.output,)
