"""Routed experts: their count from the router's width, their parameters and the choice made of them."""

from typing import Any

from truth.feed_forward import FeedForward
from truth.graph import Graph, agreed
from truth.tracer import Call


def expert_facts(graph: Graph, pairs: list[list[FeedForward]]) -> dict[str, Any]:
    """Routed experts: their count from the router's width, their parameters and the choice made of them."""
    layers: dict[int, tuple[int, int, int]] = {}
    seen = False
    for number, layer in enumerate(graph.layers):
        experts = [
            m
            for n, m in layer.module.named_modules()
            if "expert" in n.lower() or "expert" in type(m).__name__.lower()
        ]
        seen = seen or bool(experts)
        one = _routing(graph, layer, pairs[number])
        if one:
            layers[number] = one
    if not layers:
        return (
            {}
            if seen
            else {
                "num_experts": None,
                "num_experts_per_token": None,
                "moe_layers": None,
                "moe_intermediate_size": None,
            }
        )
    facts: dict[str, Any] = {"moe_layers": sorted(layers)}
    for at, name in enumerate(("num_experts", "num_experts_per_token", "moe_intermediate_size")):
        value = agreed([one[at] for one in layers.values()])
        if value is not None:
            facts[name] = value
    return facts


def _routing(graph: Graph, layer: Call, pairs: list[FeedForward]) -> tuple[int, int, int] | None:
    inside = graph.in_layer(layer)
    tops = [graph.nodes[i] for i in inside if graph.nodes[i].op == "topk"]
    stacks = {n: p for n, p in layer.module.named_parameters() if p.dim() == 3}
    counts = {p.shape[0] for p in stacks.values()}
    counts |= {
        len(m)
        for n, m in layer.module.named_modules()
        if n.endswith("experts") and type(m).__name__ == "ModuleList"
    }
    fitting = [
        (int(t.outputs[0].shape[-1]), graph.width(t.inputs[0]))
        for t in tops
        if graph.width(t.inputs[0]) in counts
    ]
    chosen = set(fitting)
    experts = [p for p in pairs if _of_expert(p, layer, stacks)]
    widths = {p.down.in_features for p in experts}
    if len(chosen) != 1 or len(widths) != 1:
        return None
    per_token, count = chosen.pop()
    return count, per_token, widths.pop()


def _of_expert(pair: FeedForward, layer: Call, stacks: dict[str, Any]) -> bool:
    name = (pair.down.weight or "").removeprefix(layer.path + ".")
    parts = name.split(".")
    return name in stacks or any(
        part.endswith("experts") and parts[i + 1 : i + 2] and parts[i + 1].isdigit()
        for i, part in enumerate(parts)
    )
