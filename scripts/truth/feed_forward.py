"""What lies between the up and the down projections of a feed-forward, evaluated on real numbers."""

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F

from truth.attention import Attention
from truth.graph import Graph, Linear, agreed
from truth.norms import Norms
from truth.tracer import Call, Ref

BETWEEN = {
    "mul",
    "add",
    "sub",
    "div",
    "rdiv",
    "neg",
    "pow",
    "rpow",
    "square",
    "sigmoid",
    "silu",
    "gelu",
    "relu",
    "relu6",
    "tanh",
    "erf",
    "exp",
    "log",
    "softplus",
    "leaky_relu",
    "elu",
    "mish",
    "hardtanh",
    "clamp",
    "clip",
    "minimum",
    "maximum",
    "where",
    "gt",
    "lt",
    "chunk",
    "split",
    "getitem",
    "get",
    "view",
    "reshape",
    "unflatten",
    "flatten",
    "to",
    "float",
    "type",
    "type_as",
    "contiguous",
    "dropout",
    "transpose",
    "permute",
    "squeeze",
    "unsqueeze",
    "abs",
    "sqrt",
    "rsqrt",
    "mean",
    "narrow",
    "unbind",
    "linear",
    "hardswish",
    "logsigmoid",
    "glu",
}
KNOWN = {
    "silu": F.silu,
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "relu": F.relu,
    "relu2": lambda x: F.relu(x) ** 2,
    "quick_gelu": lambda x: x * torch.sigmoid(1.702 * x),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "mish": F.mish,
    "leaky_relu": F.leaky_relu,
}
NONLINEAR = {
    "sigmoid",
    "silu",
    "gelu",
    "relu",
    "tanh",
    "erf",
    "pow",
    "square",
    "softplus",
    "leaky_relu",
    "mish",
    "where",
    "clamp",
    "exp",
    "log",
    "elu",
}


@dataclass
class FeedForward:
    """An up/down pair: `ups` feed `down` through point-wise operations only."""

    layer: int
    ups: list[Linear]
    down: Linear
    passed: list[int]
    activation: str | None = None
    gated: bool | None = None
    sub_norm: bool = False


def feed_forwards(graph: Graph, norms: Norms) -> list[list[FeedForward]]:
    """Of every layer, each up/down pair that is not attention."""
    known: dict[Any, Any] = {}
    return [_of_layer(graph, number, layer, norms, known) for number, layer in enumerate(graph.layers)]


def _of_layer(
    graph: Graph, number: int, layer: Call, norms: Norms, known: dict[Any, Any]
) -> list[FeedForward]:
    inside = set(graph.in_layer(layer))
    found = []
    for down in graph.linears.values():
        if down.node not in inside:
            continue
        passed, ups = graph.to_linears(down.data)
        here = [u for u in ups if u.node in inside]
        if not here or len(here) > 2 or len(here) != len(ups) or not _pointwise(graph, passed):
            continue
        pair = FeedForward(number, here, down, passed)
        normed = [c for c in norms.of if graph.t.calls[c].outputs[0] in set(passed)]
        pair.sub_norm = bool(normed)
        source = graph.t.calls[normed[-1]].inputs[0] if normed else down.data
        window = graph.to_linears(source)[0]
        if not any(graph.nodes[i].op in NONLINEAR for i in window):
            continue
        key = _signature(graph, source, here, window)
        if key not in known:
            known[key] = _evaluate(graph, source, here, window)
        pair.activation, pair.gated = known[key]
        found.append(pair)
    return found


def _signature(graph: Graph, target: int, ups: list[Linear], window: list[int]) -> Any:
    """Equal for windows that compute the same: operations, constants and who reads whom."""
    order = {node: at for at, node in enumerate(window)} | {u.node: -1 - at for at, u in enumerate(ups)}

    def text(tree: Any) -> Any:
        if isinstance(tree, Ref):
            return (
                "ref",
                order.get(tree.node),
                tree.output,
                tuple(graph.nodes[tree.node].outputs[tree.output].shape),
            )
        if isinstance(tree, (list, tuple)):
            return tuple(text(one) for one in tree)
        return tuple((k, text(v)) for k, v in tree.items()) if isinstance(tree, dict) else str(tree)

    nodes = tuple((graph.nodes[i].op, text(graph.nodes[i].args), text(graph.nodes[i].kwargs)) for i in window)
    return nodes, order.get(target), tuple(tuple(graph.nodes[u.node].outputs[0].shape) for u in ups)


def _pointwise(graph: Graph, passed: list[int]) -> bool:
    return all(graph.nodes[i].op in BETWEEN or graph.nodes[i].kind != "data" for i in passed)


def _evaluate(
    graph: Graph, target: int, ups: list[Linear], window: list[int]
) -> tuple[str | None, bool | None]:
    torch.manual_seed(1)
    values = {u.node: _samples(graph.nodes[u.node].outputs[0].shape) for u in ups}
    try:
        out = _replay(graph, target, window, values)
    except Exception:  # an operand without a value, such as a trained slope
        return None, None
    inputs = [values[u.node] for u in ups]
    for gate, up in _splits(inputs, out):
        for name, act in KNOWN.items():
            if up is None and _same(out, act(gate)):
                return name, False
            if up is not None and _same(out, act(gate) * up):
                return name, True
        if up is not None and _same(out, _swigluoai(gate, up)):
            return "swigluoai", True
    return None, None


def _swigluoai(gate: torch.Tensor, up: torch.Tensor) -> torch.Tensor:
    gate, up = gate.clamp(max=7.0), up.clamp(-7.0, 7.0)
    return gate * torch.sigmoid(1.702 * gate) * (up + 1)


def _same(a: torch.Tensor, b: torch.Tensor) -> bool:
    if a.numel() != b.numel() or not torch.allclose(
        a.reshape(-1)[:999], b.reshape(-1)[:999], rtol=1e-4, atol=1e-5
    ):
        return False
    return torch.allclose(a.reshape(-1), b.reshape(-1), rtol=1e-4, atol=1e-5)


def _samples(shape: torch.Size) -> torch.Tensor:
    return (torch.rand(shape, dtype=torch.float64) - 0.5) * 18


def _splits(inputs: list[torch.Tensor], out: torch.Tensor) -> list[tuple[torch.Tensor, torch.Tensor | None]]:
    if len(inputs) == 2:
        return (
            [(inputs[0], inputs[1]), (inputs[1], inputs[0])] if inputs[0].numel() == inputs[1].numel() else []
        )
    one = inputs[0]
    if one.numel() == out.numel():
        return [(one, None)]
    if one.numel() == 2 * out.numel():
        first, second = one.chunk(2, dim=-1)
        return [
            (first, second),
            (second, first),
            (one[..., ::2], one[..., 1::2]),
            (one[..., 1::2], one[..., ::2]),
        ]
    return []


def _replay(graph: Graph, target: int, window: list[int], values: dict[int, torch.Tensor]) -> torch.Tensor:
    """Recompute a node from real values of the linears it comes from."""
    known: dict[int, Any] = dict(values)
    adding = False

    def operand(tree: Any) -> Any:
        if isinstance(tree, Ref):
            if tree.node in known:
                out = known[tree.node]
                return out[tree.output] if isinstance(out, (tuple, list)) else out
            tensor = graph.nodes[tree.node].outputs[tree.output]
            if adding and graph.made_of_parameter(tree.node):
                return torch.zeros(tensor.shape, dtype=torch.float64)  # a bias: nought will do
            if tensor.device.type == "meta":
                raise ValueError("an operand without a value")
            return tensor.double() if tensor.is_floating_point() else tensor
        if isinstance(tree, (list, tuple)):
            return type(tree)(operand(one) for one in tree)
        return {k: operand(v) for k, v in tree.items()} if isinstance(tree, dict) else tree

    for node in window:
        one = graph.nodes[node]
        if node in values or one.func is None or one.kind != "data":
            continue
        if one.op in ("to", "type", "type_as", "float") or one.op == "dropout":
            known[node] = operand(one.args[0])
        else:
            adding = one.op == "add"
            known[node] = one.func(*operand(one.args), **{k: operand(v) for k, v in one.kwargs.items()})
    result: torch.Tensor = known[target]
    return result


def feed_forward_facts(
    graph: Graph, pairs: list[list[FeedForward]], found: list[Attention | None], hidden: int | None
) -> dict[str, Any]:
    """Facts on which every feed-forward of hidden -> hidden agrees."""
    flat = [
        p
        for layer in pairs
        for p in layer
        if hidden is None or (p.ups[0].in_features == hidden == p.down.out_features)
    ]
    facts: dict[str, Any] = {}
    if not flat:
        return facts
    for name, values in (
        ("activation", [p.activation for p in flat]),
        ("ffn_gated", [p.gated for p in flat]),
    ):
        value = agreed(values)
        if value is not None:
            facts[name] = value
    widths = [{p.down.in_features for p in layer if p in flat} for layer in pairs]
    if all(len(one) == 1 for one in widths):
        each = [one.pop() for one in widths]
        facts["intermediate_size"] = each[0] if len(set(each)) == 1 else each
    bias = agreed([one.bias for p in flat for one in (*p.ups, p.down)])
    if bias is not None:
        facts["mlp_bias"] = bias
    return facts
