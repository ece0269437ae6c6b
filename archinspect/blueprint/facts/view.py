"""The trace with what every question needs: layers, products with parameters, and walks against the flow."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from msgspec import Struct

from archinspect.blueprint.reading import Reading, around
from archinspect.blueprint.trace import Node, Trace

from .layers import Layer, layers_of, layers_path
from .missing import complete
from .numbers import Numbers
from .stacked import stacks
from .unclear import UnclearError

PRODUCTS = frozenset(("linear", "matmul", "bmm", "baddbmm", "addmm", "einsum", "mm", "conv"))
PASSING = frozenset(
    (
        "view", "reshape", "transpose", "unsqueeze", "squeeze", "flatten", "unflatten", "expand",
        "permute", "contiguous", "copy", "type_as", "repeat", "masked_fill", "view_as", "reshape_as",
    )
)  # fmt: skip
_FIRST_ONLY = frozenset(
    ("getitem", "index_select", "gather", "masked_fill", "take_along_dim", "view_as", "reshape_as", "type_as")
)


class Linear(Struct, frozen=True):
    """A product of data with a parameter. ``weight`` is the parameter's name when it is one alone."""

    node: int
    data: int
    weight: str | None
    bias: bool
    in_features: int | None
    out_features: int | None
    location: str


class View:
    """A reading whose forward was followed. Raises UnclearError when it was not."""

    def __init__(self, reading: Reading) -> None:
        """``reading.trace`` must be there and complete."""
        complete(reading, reading.text_path)  # first: what is not there is what stops a forward
        if reading.trace is None or reading.trace_unknown is not None:
            raise UnclearError(f"the forward could not be followed: {reading.trace_unknown or 'no trace'}")
        self.reading = reading
        self.trace: Trace = reading.trace
        self.nodes: list[Node] = reading.trace.nodes
        self._walks: dict[int, tuple[list[int], list[Linear]]] = {}
        self.numbers = Numbers(self.trace)
        self.reaches: dict[Any, Any] = {}
        self.kinds = self._kinds()
        self.linears = {one.node: one for one in map(self._linear, self.nodes) if one is not None}

    def _kinds(self) -> list[str]:
        """Of each node: ``parameter`` (made of parameters alone), ``fixed`` (of positions and constants) or
        ``data``."""
        kinds: list[str] = []
        for node in self.nodes:
            if node.op == "parameter":
                kinds.append("parameter" if node.meta.get("kind") == "parameter" else "fixed")
            elif node.op == "input":
                kinds.append(
                    "fixed" if node.meta.get("name") in ("position_ids", "cache_position") else "data"
                )
            elif node.op in ("mask", "constant"):
                kinds.append("fixed")
            elif (
                node.op in ("getitem", "index_select")
                and node.inputs
                and kinds[node.inputs[0]] == "parameter"
            ):
                kinds.append("parameter")
            else:
                below = {kinds[one] for one in node.inputs}
                kinds.append(
                    "data"
                    if "data" in below or node.op == "embedding"
                    else "parameter"
                    if "parameter" in below
                    else "fixed"
                )
        return kinds

    @cached_property
    def fed(self) -> frozenset[str]:
        """Weights that meet data in a product, and every module around them."""
        names = (one.weight for one in self.linears.values() if one.weight)
        return frozenset(path for name in names for path in around(name))

    @cached_property
    def lists(self) -> dict[str, tuple[str, ...]]:
        """Lists of modules that hold parameters: their path and their children's."""
        weighty = {path for name in self.reading.parameters for path in around(name)}
        return {
            path: tuple(one.children.values())
            for path, one in self.reading.modules.items()
            if one.children and path in weighty and "ModuleList" in (one.class_name, *one.bases)
        }

    @cached_property
    def stacks(self) -> dict[str, int]:
        """Weights of several experts in one parameter: name to how many."""
        return stacks(self.reading, self.nodes, self.fed)

    @cached_property
    def called(self) -> frozenset[str]:
        """Paths of the modules that were called."""
        return frozenset(call.path for call in self.trace.calls)

    @cached_property
    def regions(self) -> dict[int, tuple[int, ...]]:
        """Of each attention call, the nodes of the function that it falls back to."""
        found: dict[int, list[int]] = {}
        for node in self.nodes:
            if node.region is not None:
                found.setdefault(node.region, []).append(node.id)
        return {call: tuple(nodes) for call, nodes in found.items()}

    @cached_property
    def masked(self) -> frozenset[int]:
        """Fixed nodes that are made of a mask."""
        found: set[int] = set()
        for node in self.nodes:
            if node.op == "mask" or (
                self.kinds[node.id] == "fixed" and any(one in found for one in node.inputs)
            ):
                found.add(node.id)
        return frozenset(found)

    def is_parameter(self, node: int) -> bool:
        """Whether a node is a parameter or made of parameters and constants only."""
        return self.kinds[node] == "parameter"

    def _linear(self, node: Node) -> Linear | None:
        if node.op not in PRODUCTS or self.kinds[node.id] != "data":
            return None
        if node.op == "conv" and (
            node.meta.get("kernel_size") not in ([1], 1, (1,)) or node.meta.get("groups", 1) != 1
        ):
            return None
        weights = [one for one in node.inputs if self.is_parameter(one)]
        data = [one for one in node.inputs if self.kinds[one] != "parameter"]
        if len(data) != 1 or self.kinds[data[0]] != "data":
            return None
        bias = bool(node.meta.get("bias")) or self._adds_parameter(node)
        names = {self.source_name(one) for one in weights[:1]} or {next(iter(node.params), None)}
        before = node.meta.get("in_features", self.width(data[0]))
        after = node.meta.get("out_features", self.width(node.id))
        return Linear(node.id, data[0], names.pop(), bias, before, after, node.location)

    def _adds_parameter(self, node: Node) -> bool:
        if len([one for one in node.inputs if self.is_parameter(one)]) > 1 and node.op != "einsum":
            return True
        for reader in self.trace.consumers(node.id):
            one = self.nodes[reader]
            others = [source for source in one.inputs if source != node.id]
            if one.op == "add" and others and all(self.is_parameter(source) for source in others):
                return True
        return False

    def source_name(self, node: int) -> str | None:
        """The one parameter that a node is made of; None when there are several."""
        passed, _ = self.back(node, lambda one: self.kinds[one.id] != "parameter")
        names = {self.nodes[one].meta.get("name") for one in passed if self.nodes[one].op == "parameter"}
        return names.pop() if len(names) == 1 else None

    def width(self, node: int) -> int | None:
        """Last dimension of a node's output."""
        shape = self.nodes[node].shape
        return shape[-1] if shape else None

    @cached_property
    def layers(self) -> list[Layer]:
        """The decoder's layers by index. Raises UnclearError as ``layers_of``."""
        return layers_of(self.reading, self.trace, self.kinds)

    @cached_property
    def by_layer(self) -> dict[int, list[str]]:
        """Of each layer, the names of its parameters."""
        numbers = {layer.call.path: layer.number for layer in self.layers}
        found: dict[int, list[str]] = {number: [] for number in numbers.values()}
        for name in self.reading.parameters:
            for path in numbers.keys() & around(name):
                found[numbers[path]].append(name)
        return found

    @cached_property
    def layers_path(self) -> str:
        """Where the layers are listed. Raises UnclearError as ``layers.layers_path``."""
        return layers_path(self.reading, self.trace)

    @cached_property
    def hidden(self) -> int:
        """Width of the residual stream."""
        widths = {self.width(layer.call.inputs[0]) for layer in self.layers if layer.call.inputs}
        if len(widths) != 1 or None in widths:
            raise UnclearError("the width of the residual stream is not one")
        return int(widths.pop() or 0)

    def flow(self, node: Node) -> tuple[int, ...]:
        """The operands whose content a node passes on (indices and masks of a selection left out)."""
        if node.op in _FIRST_ONLY:
            return node.inputs[:1]
        if node.op == "where" and len(node.inputs) >= 3:
            return node.inputs[1:]
        return node.inputs

    def back(self, node: int, stop: Callable[[Node], bool]) -> tuple[list[int], list[int]]:
        """Nodes upstream of a node, itself included: (those passed, those where the walk stopped), in order.

        What is made of positions, constants or parameters alone is met and not entered, unless the walk
        starts there.
        """
        own = self.kinds[node]
        seen, halted, todo = {node}, [], [node]
        while todo:
            one = self.nodes[todo.pop()]
            if stop(one):
                halted.append(one.id)
                continue
            if self.kinds[one.id] not in ("data", own):
                continue
            for source in self.flow(one):
                if source not in seen and (self.kinds[source] != "data" or self.kinds[one.id] == "data"):
                    seen.add(source)
                    todo.append(source)
        return sorted(seen.difference(halted)), sorted(halted)

    def to_linears(self, node: int) -> tuple[list[int], list[Linear]]:
        """Upstream to the nearest products with parameters: (nodes passed, those products)."""
        if node not in self._walks:
            passed, halted = self.back(node, lambda one: one.id in self.linears)
            self._walks[node] = passed, [self.linears[one] for one in halted]
        return self._walks[node]

    def clear(self, passed: list[int]) -> None:
        """Raise UnclearError when a walk met an unknown operation or a branch that was not decided."""
        for one in passed:
            node = self.nodes[one]
            if node.op == "select":
                raise UnclearError("a branch that the config does not decide", node.location)
            if node.meta.get("unknown") and node.op not in PASSING | {"view_as_complex", "view_as_real"}:
                raise UnclearError(f"unknown operation {node.op}", node.location)

    def source(self, node: int) -> int:
        """What a node is, views and copies aside."""
        while self.nodes[node].op in PASSING and self.nodes[node].inputs:
            node = self.nodes[node].inputs[0]
        return node
