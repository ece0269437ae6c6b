"""Positions that are not rotations: tables added to the stream, slopes added to the scores, or nothing at
all."""

from typing import Any

import torch
from torch import nn

from truth.attention import Attention
from truth.graph import Graph
from truth.tracer import SEQUENCE

MAKERS = ("create_weight", "_init_weight", "get_embedding", "make_weights", "_create_sinusoidal", "sinusoid")


def scheme(graph: Graph, found: list[Attention | None]) -> str | None:
    """learned, sinusoidal, alibi or none; None when it could not be told. Rotations are looked for
    elsewhere."""
    added, scored = _added(graph), _scored(graph, [one for one in found if one])
    if "?" in (added, scored) or (added and scored):
        return None
    return added or scored or "none"


def _added(graph: Graph) -> str | None:
    """What joins the stream before the first layer."""
    first = graph.layers[0].inputs[0]
    passed, _ = graph.t.back(first, lambda node: False)
    kinds = set()
    for one in passed:
        node = graph.nodes[one]
        if node.op == "embedding" and node.kind == "data" and graph.nodes[node.inputs[0]].kind == "real":
            indices = graph.nodes[node.inputs[0]].outputs[0]
            ids = indices.reshape(-1)
            if ids.numel() > 1 and int(ids[0]) != 3 and int(ids[-1]) - int(ids[0]) == SEQUENCE - 1:
                kinds.add("?" if _computed(graph, node.call) else "learned")
        if node.op in ("add", "cat", "mul") and node.kind == "data":
            kinds |= {
                _table(graph.nodes[i].outputs[0]) for i in node.inputs if graph.nodes[i].kind == "real"
            } - {None}
    return None if not kinds else kinds.pop() if len(kinds) == 1 else "?"


def _computed(graph: Graph, call: int) -> bool:
    """Whether the table's class has a method of its own that fills it."""
    module = graph.t.calls[call].module
    own = [name for cls in type(module).__mro__ if cls not in nn.Embedding.__mro__ for name in vars(cls)]
    return not isinstance(module, nn.Embedding) or any(maker in name for name in own for maker in MAKERS)


def _table(tensor: torch.Tensor) -> str | None:
    """sinusoidal for a table whose first position is made of sin 0 and cos 0."""
    if (
        not tensor.is_floating_point()
        or tensor.dim() < 2
        or SEQUENCE not in tensor.shape[:-1]
        or tensor.shape[-1] < 2
    ):
        return None
    rows = tensor.reshape(-1, tensor.shape[-1])[:SEQUENCE]
    bounded = bool((rows.abs() <= 1.0001).all()) and not torch.equal(rows[0], rows[1])
    return "sinusoidal" if bounded else "?"


def _scored(graph: Graph, layers: list[Attention]) -> str | None:
    """What joins the scores besides masks."""
    kinds: set[Any] = set()
    for one in layers:
        if one.scores is None:
            return "?"
        passed, _ = graph.t.back(one.softmax, lambda node: node.id in graph.linears or node.id == one.scores)
        inside = set(passed) | {one.scores}
        for node in [graph.nodes[i] for i in inside]:
            if node.kind == "data" and node.op in ("add", "sub", "mul", "baddbmm", "addcmul"):
                kinds |= {
                    _bias(graph.nodes[i].outputs[0]) for i in node.inputs if graph.nodes[i].kind == "real"
                }
                kinds |= {
                    "?"
                    for i in node.inputs
                    if graph.nodes[i].kind == "data" and not _from_scores(graph, i, one)
                }
    kinds.discard(None)
    return None if not kinds else kinds.pop() if len(kinds) == 1 else "?"


def _from_scores(graph: Graph, node: int, one: Attention) -> bool:
    return (
        one.scores in graph.t.back(node, lambda n: n.id in graph.linears or n.id == one.scores)[1]
        or node == one.query
        or node == one.key
    )


def _bias(tensor: torch.Tensor) -> str | None:
    """None for a mask or a factor, alibi for slopes that differ by head, "?" for anything else."""
    if tensor.dtype == torch.bool or tensor.numel() == 1:
        return None
    values = tensor.double()
    values = torch.where(values < -1e4, torch.nan, values)
    if bool(((values == 0) | values.isnan() | (values == 1)).all()):
        return None
    steps = values.diff(dim=-1).reshape(-1, values.shape[-1] - 1) if values.shape[-1] > 2 else None
    if steps is None:
        return "?"
    slopes = steps.nanmean(dim=-1)
    straight = bool(((steps - slopes[:, None]).abs().nan_to_num() < 1e-6).all())
    slopes = slopes[~slopes.isnan()]
    return "alibi" if straight and bool((slopes != 0).all()) and len(set(slopes.tolist())) > 1 else "?"
