"""Evaluates a part of a trace on numbers: what a norm or an activation computes, however it is written.

A value is the list of a tensor's entries along its last dimension (one entry where it is 1 or broadcasts).
Only
operations that act point by point or along that last dimension are known; anything else raises UnclearError.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from archinspect.blueprint.trace import Node, Ref

from .functions import FUNCTIONS
from .unclear import UnclearError
from .view import View

Values = list[float]
_ROW = re.compile(r"(?:\.\.\.|:)(?:,:)*,(\d+),:")
KEEPS = frozenset(
    [
        "view",
        "reshape",
        "transpose",
        "unsqueeze",
        "squeeze",
        "flatten",
        "unflatten",
        "expand",
        "permute",
        "contiguous",
        "copy",
        "identity",
        "type_as",
        "repeat",
        "view_as",
        "reshape_as",
    ]
)
_BINARY: dict[str, Callable[[float, float], float]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
    "maximum": max,
    "minimum": min,
    "gt": lambda a, b: float(a > b),
    "ge": lambda a, b: float(a >= b),
    "lt": lambda a, b: float(a < b),
    "le": lambda a, b: float(a <= b),
}
_UNARY: dict[str, Callable[[float], float]] = {
    "neg": lambda a: -a,
    "sqrt": math.sqrt,
    "rsqrt": lambda a: 1 / math.sqrt(a),
    "exp": math.exp,
    "log": math.log,
    "log1p": math.log1p,
    "expm1": math.expm1,
    "abs": abs,
    "tanh": math.tanh,
    "erf": math.erf,
    "square": lambda a: a * a,
    "reciprocal": lambda a: 1 / a,
}


class Evaluator:
    """Numbers for nodes. ``values`` holds what is given; ``parameters`` gives a parameter's (constant)
    entry by name."""

    def __init__(
        self, view: View, values: Mapping[int, Values], parameters: Callable[[str], float | None]
    ) -> None:
        """``values``: node id to entries; its length may stand for a wider dimension."""
        self.view = view
        self.trace = view.trace
        self.values: dict[int, Values] = dict(values)
        self.widths = {node: _last(self.trace.nodes[node]) for node in values}
        self.pieces: dict[int, list[Values]] = {}
        self.parameters = parameters

    def value(self, node: int) -> Values:
        """The entries of a node. Raises UnclearError at an operation that is not known, naming it and its
        line."""
        for one in self._order(node):
            if one not in self.values:
                self.values[one] = self._compute(self.trace.nodes[one])
        return self.values[node]

    def _order(self, node: int) -> list[int]:
        seen = {node}
        todo = [node]
        while todo:
            one = todo.pop()
            if one in self.values or self._picked(one):
                continue
            for source in (
                self.view.flow(self.trace.nodes[one])
                if self.trace.nodes[one].op != "where"
                else self.trace.nodes[one].inputs
            ):
                if source not in seen:
                    seen.add(source)
                    todo.append(source)
        return sorted(seen)

    def _picked(self, node: int) -> bool:
        """An entry of stacked parameters, such as one expert's."""
        return self.view.is_parameter(node) and self.trace.nodes[node].op in ("getitem", "index_select")

    def _compute(self, node: Node) -> Values:
        if self._picked(node.id):
            return self._of_parameter(self.view.source_name(node.id), node)
        try:
            return self._operation(node)
        except (ValueError, ZeroDivisionError, OverflowError, IndexError, TypeError) as error:
            raise UnclearError(f"{node.op} cannot be evaluated: {error}", node.location) from None

    def _operation(self, node: Node) -> Values:
        if node.meta.get("unknown") and node.op not in KEEPS:
            raise UnclearError(f"unknown operation {node.op}", node.location)
        if node.op in KEEPS:
            return self._kept(node)
        if node.op in _BINARY and len(node.args) >= 2:
            return broadcast(_BINARY[node.op], self._operand(node, 0), self._operand(node, 1))
        if node.op in _UNARY:
            return [_UNARY[node.op](one) for one in self._operand(node, 0)]
        handler = getattr(self, f"_{node.op}", None)
        if handler is None:
            raise UnclearError(f"operation {node.op}", node.location)
        found: Values = handler(node)
        return found

    def _operand(self, node: Node, position: int) -> Values:
        one = node.args[position]
        if isinstance(one, Ref):
            return self.values[one.node]
        if isinstance(one, bool) or not isinstance(one, int | float):
            raise UnclearError(f"operand {one!r:.60} of {node.op}", node.location)
        return [float(one)]

    def _kept(self, node: Node) -> Values:
        source = self.trace.nodes[node.inputs[0]]
        if (
            node.shape
            and len(node.shape) > 1
            and _last(source)
            and _last(source) == (node.shape[-1] or 0) * (node.shape[-2] or 0)
            and node.shape[-2] != 1
        ):
            entries = self.values[source.id]
            step = _scaled(node.shape[-1] or 0, len(entries), _last(source), node)
            self.pieces[node.id] = [entries[at : at + step] for at in range(0, len(entries), step)]
            return entries
        if _last(source) != _last(node) and node.op not in ("expand",):
            raise UnclearError(f"{node.op} changes the last dimension", node.location)
        return self.values[source.id]

    def _parameter(self, node: Node) -> Values:
        return self._of_parameter(node.meta.get("name"), node)

    def _of_parameter(self, name: str | None, node: Node) -> Values:
        value = self.parameters(name) if name is not None else None
        if value is None:
            raise UnclearError(f"depends on the values of {name}", node.location)
        return [value]

    def _constant(self, node: Node) -> Values:
        value = node.meta.get("value")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise UnclearError(f"a tensor made by {node.meta.get('function')}", node.location)
        return [float(value)]

    def _activation(self, node: Node) -> Values:
        name = str(node.meta.get("name"))
        function = FUNCTIONS.get(name)
        if function is None:
            raise UnclearError(f"activation {name}", node.location)
        return [function(one) for one in self._operand(node, 0)]

    def _clamp(self, node: Node) -> Values:
        low, high = node.meta.get("min"), node.meta.get("max")
        if not all(one is None or isinstance(one, int | float) for one in (low, high)):
            raise UnclearError("clamp with bounds that are not constants", node.location)
        entries = self._operand(node, 0)
        entries = entries if high is None else [min(high, one) for one in entries]
        return entries if low is None else [max(low, one) for one in entries]

    def _where(self, node: Node) -> Values:
        condition, yes, no = (self._operand(node, at) for at in range(3))
        width = max(len(condition), len(yes), len(no))
        condition, yes, no = (one * width if len(one) == 1 else one for one in (condition, yes, no))
        return [a if c else b for c, a, b in zip(condition, yes, no, strict=True)]

    def _reduced(self, node: Node) -> Values:
        """The operand of a reduction over the last dimension that keeps it."""
        dims = node.meta.get("dim")
        dims = dims if isinstance(dims, list | tuple) else [dims]
        source = self.trace.nodes[node.inputs[0]]
        rank = len(source.shape) if source.shape is not None else None
        if (
            len(dims) != 1
            or dims[0] is None
            or not (dims[0] == -1 or (rank is not None and dims[0] == rank - 1))
        ):
            raise UnclearError(f"{node.op} over dimensions {dims}", node.location)
        if len(self.values[source.id]) == 1 and _last(source) not in (1, None):
            raise UnclearError(f"{node.op} of a broadcast value", node.location)
        return self.values[source.id]

    def _mean(self, node: Node) -> Values:
        entries = self._reduced(node)
        return [sum(entries) / len(entries)]

    def _sum(self, node: Node) -> Values:
        if self.trace.nodes[node.inputs[0]].shape is None or _last(self.trace.nodes[node.inputs[0]]) != len(
            self._reduced(node)
        ):
            raise UnclearError("a sum over a width that is not the evaluated one", node.location)
        return [sum(self._reduced(node))]

    def _var(self, node: Node) -> Values:
        entries = self._reduced(node)
        if node.meta.get("unbiased") is not False and node.meta.get("correction") != 0:
            raise UnclearError("a variance whose correction is not shown as 0", node.location)
        middle = sum(entries) / len(entries)
        return [sum((one - middle) ** 2 for one in entries) / len(entries)]

    def _chunk(self, node: Node) -> Values:
        entries = self._operand(node, 0)
        sizes = node.meta.get("sizes")
        width = _last(self.trace.nodes[node.inputs[0]])
        if node.meta.get("dim") != -1 or not sizes or width != sum(sizes):
            raise UnclearError(f"{node.op} not along the last dimension", node.location)
        ends = [0]
        for size in sizes:
            ends.append(ends[-1] + size)
        at = [_scaled(end, len(entries), width, node) for end in ends]
        self.pieces[node.id] = [entries[a:b] for a, b in itertools.pairwise(at)]
        return entries

    _split = _chunk

    def _getitem(self, node: Node) -> Values:
        source = node.inputs[0]
        if "piece" in node.meta and source in self.pieces:
            return self.pieces[source][node.meta["piece"]]
        row = _ROW.fullmatch(str(node.meta.get("index")))
        if row and source in self.pieces:
            return self.pieces[source][int(row.group(1))]
        cut = node.meta.get("slice")
        if cut is None or cut[0] != -1:
            if _last(self.trace.nodes[source]) == _last(node) and node.meta.get("index") in ("?", "tensor"):
                return self.values[source]
            raise UnclearError(f"index {node.meta.get('index')}", node.location)
        entries = self.values[source]
        width = _last(self.trace.nodes[source])
        start, stop = (
            None if one is None else _scaled(one, len(entries), width, node, step=cut[3]) for one in cut[1:3]
        )
        return entries[slice(start, stop, cut[3])]


def broadcast(function: Callable[[float, float], float], left: Values, right: Values) -> Values:
    """Entry by entry, a single entry meeting all."""
    width = max(len(left), len(right))
    left, right = (one * width if len(one) == 1 else one for one in (left, right))
    if len(left) != len(right):
        raise ValueError("widths differ")
    return [function(a, b) for a, b in zip(left, right, strict=True)]


def _scaled(position: int, entries: int, width: int | None, node: Node, step: Any = None) -> int:
    """A position among the evaluated entries, which stand for ``width`` of them."""
    if step not in (None, 1):
        return position
    if width is None or position * entries % width:
        raise UnclearError(f"{node.op} cuts at {position}", node.location)
    return position * entries // width


def _last(node: Node) -> int | None:
    return node.shape[-1] if node.shape else None
