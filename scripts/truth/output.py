"""Embedding, head, ties and totals."""

from typing import Any

import torch
from torch import nn
from transformers import PretrainedConfig

from truth.graph import Graph
from truth.tracer import SEQUENCE


def embedding_facts(graph: Graph, model: nn.Module) -> dict[str, Any]:
    """vocab_size and parameters, from the table that the token ids index."""
    tables = [node for node in graph.nodes if node.op == "embedding" and _token_ids(graph, node.inputs[0])]
    tensors = {
        id(graph.nodes[i].outputs[0]): graph.nodes[i].outputs[0]
        for node in tables
        for i in node.inputs[1:]
        if graph.nodes[i].op == "parameter"
    }
    unique = {id(p): p.numel() for p in model.parameters()}
    everything = sum(unique.values())
    facts: dict[str, Any] = {"parameters.model": everything}
    if len(tensors) != 1:
        return facts
    table = next(iter(tensors.values()))
    facts["vocab_size"] = int(table.shape[0])
    facts["parameters.embedding"] = table.numel()
    if not getattr(type(model.config), "sub_configs", None) and not _composite(model.config):
        facts["parameters.total"] = everything
        head = model.get_output_embeddings()
        inputs = {id(p) for p in model.get_input_embeddings().parameters()}
        own = [p.numel() for p in head.parameters() if id(p) not in inputs] if head is not None else []
        facts["parameters.non_embedding"] = everything - table.numel() - sum(own)
    return facts


def _composite(config: Any) -> bool:
    """Whether configs stand in it that no declaration names, as some did before 5.0."""
    return any(isinstance(value, PretrainedConfig) for value in vars(config).values())


def _token_ids(graph: Graph, node: int) -> bool:
    """Whether a node is the model's input ids themselves."""
    one = graph.nodes[graph.plain_source(node)]
    tensor = one.outputs[0]
    return (
        one.op in ("leaf", "getitem", "clamp")
        and tensor.dtype == torch.int64
        and tensor.device.type == "cpu"
        and tensor.numel() == SEQUENCE
        and int(tensor.reshape(-1)[0]) == 3
    )


def output_facts(graph: Graph, model: nn.Module) -> dict[str, Any]:
    """tie, head bias and the cap on the logits, from the product that makes the model's first output."""
    outputs = graph.t.calls[0].outputs if graph.t.calls else []
    vocabulary = [i for i in outputs if graph.nodes[i].outputs[0].dim() == 3]
    if not vocabulary:
        return {}
    passed, heads = graph.to_linears(vocabulary[0])
    if len(heads) != 1:
        return {}
    head = heads[0]
    tables = {
        i
        for node in graph.nodes
        if node.op == "embedding" and _token_ids(graph, node.inputs[0])
        for i in node.inputs[1:]
    }
    names = {graph.nodes[i].name for i in tables}
    facts: dict[str, Any] = {"lm_head_bias": head.bias}
    if head.weight and names:
        facts["tie_word_embeddings"] = head.weight in names
    facts["final_logit_softcapping"] = cap(graph, passed)
    return {k: v for k, v in facts.items() if v != "?"}


def cap(graph: Graph, passed: list[int]) -> Any:
    """c of c tanh(x / c) among these nodes; None without a tanh, "?" when the factor cannot be read."""
    bends = [i for i in passed if graph.nodes[i].op == "tanh"]
    if not bends:
        return None
    for reader in graph.readers.get(bends[0], []):
        factors = [a for a in graph.nodes[reader].args if isinstance(a, (int, float))]
        if graph.nodes[reader].op == "mul" and factors:
            return float(factors[0])
    return "?"
