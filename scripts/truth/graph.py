"""Questions every measurement asks of a traced graph."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from truth.tracer import Call, Node, Ref, Tracer

PRODUCTS = (
    "linear",
    "matmul",
    "bmm",
    "mm",
    "addmm",
    "baddbmm",
    "einsum",
    "conv1d",
    "grouped_mm",
    "torch_call",
)
SAME = (
    "to",
    "float",
    "contiguous",
    "dropout",
    "type_as",
    "clone",
    "detach",
    "type",
    "half",
    "double",
    "bfloat16",
    "get",
    "view",
    "reshape",
    "unsqueeze",
    "squeeze",
    "flatten",
    "expand",
    "transpose",
    "permute",
    "masked_fill",
    "transpose_as",
)


@dataclass(frozen=True)
class Linear:
    """A product of data with a parameter."""

    node: int
    data: int
    weight: str | None
    bias: bool
    in_features: int
    out_features: int


class Graph:
    """A traced forward with its decoder layers found."""

    def __init__(self, tracer: Tracer, model: nn.Module) -> None:
        self.t, self.model = tracer, model
        self.nodes: list[Node] = tracer.nodes
        self.readers: dict[int, list[int]] = {}
        for node in self.nodes:
            for source in dict.fromkeys(node.inputs):
                self.readers.setdefault(source, []).append(node.id)
        self.linears = {one.node: one for one in map(self._linear, self.nodes) if one}
        self.list_path, self.layers = self._find_layers()
        self.calls_of: dict[int, list[int]] = {}
        for node in self.nodes:
            for call in tracer.around(node.call):
                self.calls_of.setdefault(call.id, []).append(node.id)

    def _linear(self, node: Node) -> Linear | None:
        if node.op not in PRODUCTS or node.kind == "real" or node.kind == "parameter":
            return None
        weights = [i for i in node.inputs if self.made_of_parameter(i)]
        data = [i for i in node.inputs if i not in weights]
        if (
            not weights
            or len(data) != 1
            or (node.op == "conv1d" and node.args[1:2] and self._kernel(node) != 1)
        ):
            return None
        weight = weights[-1] if node.op in ("addmm", "baddbmm") else weights[0]
        bias = len(weights) > 1 or self._added_bias(node)
        width = self.width(data[0]) if node.op != "conv1d" else self.nodes[data[0]].outputs[0].shape[-2]
        return Linear(node.id, data[0], self._weight_name(weight), bias, width, self.width(node.id))

    def _kernel(self, node: Node) -> int:
        return int(self.nodes[node.args[1].node].outputs[0].shape[-1]) if isinstance(node.args[1], Ref) else 0

    def made_of_parameter(self, node: int) -> bool:
        """A parameter, or a view, cast or selected part of one."""
        one = self.nodes[node]
        if one.kind == "parameter":
            return True
        return (
            one.op in ("getitem", "index_select")
            and bool(one.inputs)
            and self.made_of_parameter(one.inputs[0])
        )

    def _added_bias(self, node: Node) -> bool:
        """The sum of a product and a vector of parameters."""
        for reader in self.readers.get(node.id, []):
            one = self.nodes[reader]
            others = [i for i in one.inputs if i != node.id]
            if one.op == "add" and others and all(self.made_of_parameter(i) for i in others):
                return True
        return False

    def _weight_name(self, node: int) -> str | None:
        passed, _ = self.t.back(node, lambda n: n.kind == "data" and not self.made_of_parameter(n.id))
        names = [self.nodes[i].name for i in passed if self.nodes[i].op == "parameter"]
        return names[0] if len(names) == 1 else None

    def width(self, node: int) -> int:
        """Last dimension of a node's first output."""
        shape = self.nodes[node].outputs[0].shape
        return int(shape[-1]) if len(shape) else 1

    def _find_layers(self) -> tuple[str, list[Call]]:
        """Calls of the elements of the ModuleList that holds most parameters and is called, in order of its
        index."""
        lists = {path: m for path, m in self.model.named_modules() if isinstance(m, nn.ModuleList)}
        called: dict[str, list[Call]] = {}
        for call in self.t.calls:
            owner, _, index = call.path.rpartition(".")
            if index.isdigit() and owner in lists:
                called.setdefault(owner, []).append(call)
        sizes = {p: sum(w.numel() for w in lists[p].parameters()) for p in called}
        if not sizes:
            return "", []
        path = max(sizes, key=lambda p: sizes[p])
        layers = called[path]
        if len({c.path for c in layers}) != len(layers) or len(layers) != len(lists[path]):
            return path, []
        return path, sorted(layers, key=lambda c: int(c.path.rpartition(".")[2]))

    def in_layer(self, layer: Call) -> list[int]:
        """Ids of the nodes made within a layer, in order."""
        return self.calls_of.get(layer.id, [])

    def plain_source(self, node: int) -> int:
        """What a node is, casts, views and dropout aside."""
        while self.nodes[node].op in SAME and self.nodes[node].inputs:
            node = self.nodes[node].inputs[0]
        return node

    def to_linears(self, node: int) -> tuple[list[int], list[Linear]]:
        """Upstream of a node within its forward: (nodes passed, linears at which the walk stopped)."""
        passed, halted = self.t.back(node, lambda n: n.id in self.linears)
        return passed, [self.linears[i] for i in halted]

    def child_of(self, layer: Call, node: int) -> Call | None:
        """The call directly within a layer that the node belongs to; None when the layer itself made it."""
        chain = list(self.t.around(self.nodes[node].call))
        ids = [c.id for c in chain]
        if layer.id not in ids:
            return None
        at = ids.index(layer.id)
        return chain[at - 1] if at else None


def real(tensor: torch.Tensor) -> bool:
    """Whether a tensor has values."""
    return tensor.device.type != "meta"


def agreed(values: list[Any]) -> Any:
    """The one value that all share, else None."""
    return values[0] if values and all(v == values[0] for v in values) else None
