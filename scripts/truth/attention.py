"""Softmax attention of every layer: operands, heads, biases, norms, windows, sinks."""

from dataclasses import dataclass, field
from typing import Any

import torch

from truth.graph import Graph, Linear, agreed
from truth.norms import Norms
from truth.tracer import SEQUENCE, Call, Ref


@dataclass
class Attention:
    """One layer's attention. A field that is None could not be told."""

    layer: int
    softmax: int
    scores: int | None = None
    query: int | None = None
    key: int | None = None
    value: int | None = None
    mixed: int | None = None
    q_linears: list[Linear] = field(default_factory=list)
    k_linears: list[Linear] = field(default_factory=list)
    v_linears: list[Linear] = field(default_factory=list)
    o_linear: Linear | None = None
    mask: tuple[str, int | None] | None = None
    sinks: bool = False


def attentions(graph: Graph, tags: dict[int, Any]) -> list[Attention | None]:
    """One entry per layer; None for a layer without softmax attention or with more than one."""
    found: list[Attention | None] = []
    for number, layer in enumerate(graph.layers):
        ids = [i for i in graph.in_layer(layer) if _is_attention(graph, i)]
        found.append(_describe(graph, number, ids[0], tags) if len(ids) == 1 else None)
    return found


def softmax_counts(graph: Graph) -> list[int]:
    """How many softmax attentions each layer runs."""
    return [sum(_is_attention(graph, i) for i in graph.in_layer(layer)) for layer in graph.layers]


def _is_attention(graph: Graph, node: int) -> bool:
    one = graph.nodes[node]
    if one.op == "scaled_dot_product_attention":
        return True
    if one.op != "softmax" or one.kind == "real":
        return False
    _, halted = graph.t.back(node, lambda n: n.id in graph.linears or _data_product(graph, n.id))
    return any(_data_product(graph, i) for i in halted)


def _extended(graph: Graph, passed: list[int], tags: dict[int, Any]) -> bool:
    """Whether a mask is joined with more columns on its way: then it does not say all that is seen."""

    joins = [graph.nodes[i] for i in passed if graph.nodes[i].op in ("cat", "pad")]
    return any(_holds(graph, i, tags) for node in joins for i in node.inputs if graph.nodes[i].kind == "real")


def _holds(graph: Graph, node: int, tags: dict[int, Any]) -> bool:
    """Whether a tensor of positions is made of a mask that was asked."""
    return any(i in tags for i in graph.t.back(node, lambda n: n.kind == "data")[0])


def _written(graph: Graph, passed: list[int], tags: dict[int, Any]) -> bool:
    """Whether a mask that no builder made meets the scores too: it may hide what is beyond the few positions
    that run here."""
    meeting = [
        graph.nodes[i]
        for i in passed
        if graph.nodes[i].kind == "data" and graph.nodes[i].op in ("where", "masked_fill", "add")
    ]
    fixed = [i for node in meeting for i in node.inputs if graph.nodes[i].kind == "real"]
    for i in fixed:
        table = graph.nodes[i].outputs[0]
        hides = table.dtype == torch.bool or bool((table < -1e4).any())
        if table.dim() > 1 and hides and not _holds(graph, i, tags):
            return True
    return False


def _data_product(graph: Graph, node: int) -> bool:
    one = graph.nodes[node]
    return (
        one.op in ("matmul", "bmm", "baddbmm", "einsum") and one.kind == "data" and node not in graph.linears
    )


def _describe(graph: Graph, number: int, softmax: int, tags: dict[int, Any]) -> Attention:
    found = Attention(number, softmax)
    node = graph.nodes[softmax]
    if node.op == "scaled_dot_product_attention":
        found.query, found.key, found.value = node.inputs[:3]
        found.scores = found.mixed = softmax
        passed = graph.t.back(softmax, lambda n: n.id in graph.linears)[0]
    else:
        passed, halted = graph.t.back(softmax, lambda n: n.id in graph.linears or _data_product(graph, n.id))
        products = [i for i in halted if _data_product(graph, i)]
        found.scores = products[0] if len(products) == 1 else None
        _operands(graph, found)
        found.mixed = _mixed(graph, softmax)
        if found.mixed is not None:
            found.value = _other_operand(graph, found.mixed, softmax)
    masks = {tags[i] for i in passed if i in tags}
    clear = len(masks) == 1 and not _extended(graph, passed, tags) and not _written(graph, passed, tags)
    found.mask = masks.pop() if clear else None
    found.sinks = any(
        graph.nodes[i].op == "cat" and any(graph.made_of_parameter(j) for j in graph.nodes[i].inputs)
        for i in passed
    )
    _linears(graph, found)
    found.sinks = found.sinks or _scales_result(graph, found)
    return found


def _scales_result(graph: Graph, found: Attention) -> bool:
    """A sink written as a factor of the result: sigmoid(logsumexp(scores) - sink)."""
    if found.o_linear is None:
        return False
    passed = graph.t.back(found.o_linear.data, lambda n: n.id in graph.linears or n.id == found.scores)[0]
    ops = {graph.nodes[i].op for i in passed}
    return "logsumexp" in ops and "sub" in ops and any(graph.nodes[i].op == "parameter" for i in passed)


def _operands(graph: Graph, found: Attention) -> None:
    if found.scores is None:
        return
    node = graph.nodes[found.scores]
    tensors = [a for a in node.args if isinstance(a, Ref)]
    if node.op in ("matmul", "bmm") and len(tensors) == 2:
        found.query, found.key = tensors[0].node, tensors[1].node
    if node.op == "baddbmm":
        found.query, found.key = (node.kwargs.get(n, Ref(-1, 0)).node for n in ("batch1", "batch2"))
        if found.query < 0:
            found.query, found.key = (tensors[1].node, tensors[2].node) if len(tensors) == 3 else (None, None)


def _mixed(graph: Graph, softmax: int) -> int | None:
    """The product of the probabilities with the values."""
    todo, seen = [softmax], {softmax}
    products = []
    while todo:
        for reader in graph.readers.get(todo.pop(), []):
            if reader in seen:
                continue
            seen.add(reader)
            if _data_product(graph, reader):
                products.append(reader)
            elif reader not in graph.linears and graph.nodes[reader].op != "sum":
                todo.append(reader)
    return products[0] if len(products) == 1 else None


def _other_operand(graph: Graph, product: int, softmax: int) -> int | None:
    others = [
        i
        for i in graph.nodes[product].inputs
        if softmax not in graph.t.back(i, lambda n: n.id in graph.linears or _data_product(graph, n.id))[0]
    ]
    return others[0] if len(others) == 1 else None


def _linears(graph: Graph, found: Attention) -> None:
    for name, node in (("q", found.query), ("k", found.key), ("v", found.value)):
        if node is not None:
            setattr(found, f"{name}_linears", graph.to_linears(node)[1])
    if found.mixed is not None:
        inside = set(graph.in_layer(graph.layers[found.layer]))
        after = [one for one in graph.linears.values() if one.node > found.mixed and one.node in inside]
        reached = [one for one in after if found.mixed in graph.to_linears(one.data)[0]]
        found.o_linear = reached[0] if reached else None


def is_latent(graph: Graph, one: Attention, norms: Norms) -> bool:
    """Keys and values come from a narrower projection of the stream (MLA)."""
    if len(one.v_linears) != 1:
        return False
    source = one.v_linears[0]
    passed, before = graph.to_linears(source.data)
    same = source.weight and any(
        b.weight
        and b.weight.rpartition(".")[0].rpartition(".")[0]
        == source.weight.rpartition(".")[0].rpartition(".")[0]
        for b in before
    )
    through_norm = any(graph.t.calls[c].outputs[0] in passed for c in norms.of)
    return bool(same) and through_norm


def qk_norm(graph: Graph, one: Attention, norms: Norms) -> Any:
    """{"kind", "over"}, None for none, or "?"."""
    sides = [_norm_before(graph, node, norms) for node in (one.query, one.key) if node is not None]
    if len(sides) != 2 or sides[0] != sides[1]:
        return "?"
    if sides[0] is None or sides[0] == "?":
        return sides[0]
    kind, width = sides[0]
    heads, head_dim = heads_of(graph, one.query)
    over = "head" if width == head_dim else "full" if width == heads * head_dim else None
    if over is None:
        key_heads = heads_of(graph, one.key)
        over = "full" if width in (key_heads[0] * key_heads[1],) else None
    return {"kind": kind, "over": over} if over else "?"


def _norm_before(graph: Graph, node: int, norms: Norms) -> Any:
    passed, _ = graph.to_linears(node)
    inside = set(passed)
    found = {(norms.of[c].kind, norms.widths[c]) for c in norms.of if graph.t.calls[c].outputs[0] in inside}
    loose = any(
        graph.nodes[i].op in ("rsqrt", "norm", "normalize", "rms_norm", "layer_norm", "sqrt", "var", "std")
        and graph.nodes[i].kind == "data"
        for i in passed
    )
    if not found:
        return "?" if loose else None
    return found.pop() if len(found) == 1 else "?"


def heads_of(graph: Graph, node: int | None) -> tuple[int, int]:
    """(heads, head_dim) of a query or key operand of the scores."""
    if node is None:
        return 0, 0
    shape = list(graph.nodes[node].outputs[0].shape)
    if SEQUENCE not in shape:
        return 0, 0
    width = shape[-1] if shape[-1] != SEQUENCE else shape[-2]
    total = 1
    for size in shape:
        total *= size
    return total // (SEQUENCE * width), width


def kv_heads(graph: Graph, one: Attention) -> int | None:
    """Key heads from the width of the projection that makes the keys."""
    heads, width = heads_of(graph, one.query)
    if not width or len(one.k_linears) != 1 or len(one.v_linears) != 1 or len(one.q_linears) != 1:
        return None
    q, k, v = one.q_linears[0], one.k_linears[0], one.v_linears[0]
    if k.node != q.node and k.node != v.node:
        return k.out_features // width if k.out_features % width == 0 else None
    if k.node == q.node == v.node:
        rest = k.out_features // width - heads
        return rest // 2 if k.out_features % width == 0 and rest > 0 and rest % 2 == 0 else None
    if k.node == v.node:
        return k.out_features // (2 * width) if k.out_features % (2 * width) == 0 else None
    return None


def attention_facts(graph: Graph, found: list[Attention | None], norms: Norms) -> dict[str, Any]:
    """Facts on which every attention layer agrees."""
    layers = [one for one in found if one is not None]
    facts: dict[str, Any] = {}
    if not layers:
        return facts
    heads = [heads_of(graph, one.query) for one in layers]
    latent = [is_latent(graph, one, norms) for one in layers]
    keys = [kv_heads(graph, one) for one in layers]
    if all(h for h, _ in heads):
        _put(facts, "num_attention_heads", agreed([h for h, _ in heads]))
        _put(facts, "head_dim", agreed([d for _, d in heads]))
    if all(latent):
        facts["attention_type"] = "MLA"
    elif not any(latent) and all(keys) and all(h for h, _ in heads):
        _put(facts, "num_key_value_heads", agreed(keys))
        kinds = {
            "MHA" if k == h else "MQA" if k == 1 else "GQA" for k, (h, _) in zip(keys, heads, strict=True)
        }
        facts["attention_type"] = kinds.pop() if len(kinds) == 1 else "mixed"
    if not any(latent):
        _biases(facts, layers)
    normed = [qk_norm(graph, one, norms) for one in layers]
    if agreed(normed) != "?" and all(n == normed[0] for n in normed):
        facts["qk_norm"] = normed[0]
    if all(one.scores is not None for one in layers):
        _put(facts, "attention_sinks", agreed([one.sinks for one in layers]))
    return facts


def _biases(facts: dict[str, Any], layers: list[Attention]) -> None:
    for name in "qkv":
        lists = [getattr(one, f"{name}_linears") for one in layers]
        if all(len(one) == 1 for one in lists):
            _put(facts, f"attention_bias.{name}", agreed([one[0].bias for one in lists]))
    if all(one.o_linear for one in layers):
        _put(facts, "attention_bias.o", agreed([one.o_linear.bias for one in layers if one.o_linear]))


def _put(facts: dict[str, Any], name: str, value: Any) -> None:
    if value is not None:
        facts[name] = value


__all__ = ["Attention", "Call", "attention_facts", "attentions", "softmax_counts"]
