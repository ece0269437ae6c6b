"""Where a layer's norms stand, from the flow of the residual stream."""

from truth.attention import Attention
from truth.feed_forward import FeedForward
from truth.graph import SAME, Graph, agreed
from truth.norms import Norms
from truth.tracer import Call


def placements(
    graph: Graph, found: list[Attention | None], pairs: list[list[FeedForward]], norms: Norms
) -> str | None:
    """The placement on which all layers with attention and feed-forward agree."""
    kinds = [
        _of_layer(graph, graph.layers[one.layer], one, pairs[one.layer], norms)
        for one in found
        if one and pairs[one.layer]
    ]
    result: str | None = agreed(kinds)
    return result


def _of_layer(
    graph: Graph, layer: Call, one: Attention, pairs: list[FeedForward], norms: Norms
) -> str | None:
    if one.o_linear is None or not one.q_linears or one.mixed is None:
        return None
    hidden = graph.width(layer.inputs[0]) if layer.inputs else 0
    pair = next((p for p in pairs if p.ups[0].in_features == hidden == p.down.out_features), None)
    if pair is None:
        return None
    up = pair.ups[0].data
    if one.mixed not in graph.t.back(up, lambda n: n.id == layer.inputs[0])[0]:
        return "parallel"
    pre = [
        _normed(graph, layer, one.v_linears[0].data if one.v_linears else one.q_linears[0].data, norms),
        _normed(graph, layer, up, norms),
    ]
    post = [_after(graph, layer, one.o_linear.node, norms), _after(graph, layer, pair.down.node, norms)]
    return _name(pre, post)


def _name(pre: list[bool | None], post: list[str | None]) -> str | None:
    if None in pre or None in post:
        return None
    if all(pre) and post == ["norm", "norm"]:
        return "sandwich"
    if all(pre) and post == ["add", "add"]:
        return "pre"
    if not any(pre) and post == ["norm", "norm"]:
        return "post"
    if not pre[0] and post == ["add_norm", "add_norm"]:
        return "post_residual"
    return None


def _norm_call(graph: Graph, node: int, norms: Norms) -> int | None:
    """The norm call whose output this node is."""
    return next((c for c in norms.of if graph.t.calls[c].outputs[0] == node), None)


def _normed(graph: Graph, layer: Call, node: int, norms: Norms) -> bool | None:
    """Whether a sublayer reads a norm made in this layer (before anything else touches it)."""
    while True:
        call = _norm_call(graph, node, norms)
        if call is not None:
            return graph.t.inside(node, layer.id)
        one = graph.nodes[node]
        if node in layer.inputs or not graph.t.inside(node, layer.id):
            return False
        if one.op in ("add",):
            return False
        if one.op in (*SAME, "getitem", "mul", "matmul", "index_select", "hadamard") and one.inputs:
            node = one.inputs[0]
            continue
        return None


def _after(graph: Graph, layer: Call, node: int, norms: Norms) -> str | None:
    """What a sublayer's output meets first: a norm, or the residual add; then whether only a norm reads the
    sum."""
    inside = set(graph.in_layer(layer))
    seen = set()
    while node not in seen:
        seen.add(node)
        readers = [r for r in graph.readers.get(node, []) if r in inside]
        call = _entered(graph, node, norms, inside)
        if call is not None:
            return "norm"
        adds = [r for r in readers if graph.nodes[r].op == "add" and _is_residual(graph, layer, node, r)]
        if adds:
            return "add_norm" if _only_normed(graph, layer, adds[0], norms) else "add"
        onward = [
            r
            for r in readers
            if graph.nodes[r].op in (*SAME, "mul", "add", "getitem", "index_add", "sum", "setitem", "div")
        ]
        if not onward:
            return None
        node = onward[0]
    return None


def _entered(graph: Graph, node: int, norms: Norms, inside: set[int]) -> int | None:
    return next(
        (
            c
            for c in norms.of
            if graph.t.calls[c].inputs[:1] == [node] and graph.t.calls[c].outputs[0] in inside
        ),
        None,
    )


def _is_residual(graph: Graph, layer: Call, node: int, add: int) -> bool:
    """Whether the other operand is the stream and not another expert's or a bias's contribution."""
    others = [i for i in graph.nodes[add].inputs if i != node]
    if len(others) != 1 or graph.made_of_parameter(others[0]):
        return False
    _passed, halted = graph.t.back(others[0], lambda n: n.id in graph.linears or n.id in layer.inputs)
    return (
        others[0] in layer.inputs
        or any(i in layer.inputs for i in halted)
        or _stream(graph, layer, others[0])
    )


def _stream(graph: Graph, layer: Call, node: int) -> bool:
    one = graph.nodes[node]
    return one.op == "add" and graph.t.inside(node, layer.id)


def _only_normed(graph: Graph, layer: Call, add: int, norms: Norms) -> bool:
    """Whether the sum goes on through a norm alone."""
    call = _entered(graph, add, norms, set(graph.in_layer(layer)))
    if call is None:
        return False
    own = set(graph.calls_of.get(call, []))
    return all(r in own for r in graph.readers.get(add, [])) and add not in layer.outputs
