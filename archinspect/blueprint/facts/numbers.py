"""Entries of tensors that are made of positions and constants, computed one by one as they are asked for.

A rotation's table, slopes by head, a table of sinusoids: what such a tensor holds follows from how it was
made, in the forward (nodes of the trace) or in a constructor (``Tensor.origin``). Asking for single entries
keeps this cheap: of a table of thousands of positions one row is computed. Data, parameters and operations
without a rule raise UnclearError.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from archinspect.blueprint.interp.values import Tensor
from archinspect.blueprint.trace import Ref, Trace

from .entries import RULES
from .operation import Index, Operation
from .unclear import UnclearError

MAX_ENTRIES = 400_000
_TURNS = frozenset(("cos", "sin"))


def _divided(a: float, b: float) -> float:
    """As torch divides: by zero too."""
    if b:
        return a / b
    return math.nan if not a or a != a else math.copysign(math.inf, a) * math.copysign(1, b)


def _logarithm(function: Callable[[float], float], a: float) -> float:
    return function(a) if a > 0 else -math.inf if not a else math.nan


_POINTWISE: dict[str, Callable[..., float]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "rsub": lambda a, b: b - a,
    "mul": lambda a, b: a * b,
    "div": _divided,
    "floor_divide": lambda a, b: a // b,
    "remainder": lambda a, b: a % b,
    "pow": lambda a, b: a**b,
    "float_power": lambda a, b: a**b,
    "maximum": lambda a, b: a + b if a != a or b != b else max(a, b),
    "minimum": lambda a, b: a + b if a != a or b != b else min(a, b),
    "gt": lambda a, b: float(a > b),
    "ge": lambda a, b: float(a >= b),
    "lt": lambda a, b: float(a < b),
    "le": lambda a, b: float(a <= b),
    "eq": lambda a, b: float(a == b),
    "ne": lambda a, b: float(a != b),
    "logical_and": lambda a, b: float(bool(a) and bool(b)),
    "logical_or": lambda a, b: float(bool(a) or bool(b)),
    "bitwise_and": lambda a, b: float(bool(a) and bool(b)),
    "bitwise_or": lambda a, b: float(bool(a) or bool(b)),
    "bitwise_xor": lambda a, b: float(bool(a) != bool(b)),
    "where": lambda c, a, b: a if c else b,
    "neg": lambda a: -a,
    "abs": abs,
    "exp": math.exp,
    "log": lambda a: _logarithm(math.log, a),
    "log2": lambda a: _logarithm(math.log2, a),
    "sqrt": lambda a: math.sqrt(a) if not a < 0 else math.nan,
    "rsqrt": lambda a: _divided(1, math.sqrt(a)) if not a < 0 else math.nan,
    "square": lambda a: a * a,
    "reciprocal": lambda a: _divided(1, a),
    "floor": lambda a: math.floor(a) if math.isfinite(a) else a,
    "ceil": lambda a: math.ceil(a) if math.isfinite(a) else a,
    "round": lambda a: round(a) if math.isfinite(a) else a,
    "cos": math.cos,
    "sin": math.sin,
    "logical_not": lambda a: float(not a),
    "bitwise_not": lambda a: float(not a),
}


class Numbers:
    """Entries of fixed tensors of one trace."""

    def __init__(self, trace: Trace) -> None:
        """Nothing is computed yet."""
        self.trace = trace
        self._known: dict[tuple[int, Index, bool], float] = {}
        self._nodes: dict[int, Operation] = {}
        self._operations: dict[int, Operation] = {}
        self._keep: list[Any] = []
        self._asked = 0

    def at(self, operand: Any, index: Index, *, turned: bool = False) -> float:
        """The entry of a node (as a Ref), a tensor or a number at an index, which may have more dimensions
        than the operand and then broadcasts. ``turned``: cosines and sines give their angles instead.
        """
        if isinstance(operand, bool | int | float):
            return float(operand)
        one = self.operation(operand)
        if one.shape is None or len(one.shape) > len(index):
            raise UnclearError(f"a tensor of unknown shape, made by {one.op}", one.location)
        own = index[len(index) - len(one.shape) :]
        own = tuple(0 if size == 1 else i for i, size in zip(own, one.shape, strict=True))
        key = (one.key, own, turned)
        if key not in self._known:
            self._asked += 1
            if self._asked > MAX_ENTRIES:
                raise UnclearError("a table with too many entries to follow", one.location)
            self._known[key] = self._entry(one, own, turned)
        return self._known[key]

    def operation(self, operand: Any) -> Operation:
        """What made a node or a tensor, copies and casts aside."""
        if isinstance(operand, Ref):
            node = self.trace.nodes[operand.node]
            if node.op == "parameter" and node.meta.get("kind") == "parameter":
                raise UnclearError(f"depends on the values of {node.meta.get('name')}", node.location)
            if node.id not in self.trace.made:
                if node.id not in self._nodes:
                    self._nodes[node.id] = Operation(
                        node.op, node.args, node.meta, node.shape, node.id, node.location
                    )
                return self._nodes[node.id]
            operand = self.trace.made[node.id]
        if not isinstance(operand, Tensor):
            raise UnclearError(f"an operand that is no number: {operand!r:.60}")
        while operand.origin is not None and operand.origin.op == "alias":
            operand = operand.origin.args[0]
        made = operand.origin
        if made is None:
            raise UnclearError("a tensor whose making was not followed", operand.location)
        if id(made) not in self._operations:
            self._keep.append(made)
            # Ids of nodes are not negative, so that tensors of constructors get keys of their own.
            key = -1 - len(self._operations)
            self._operations[id(made)] = Operation(
                made.op, tuple(made.args), made.meta, operand.shape, key, operand.location
            )
        return self._operations[id(made)]

    def _entry(self, one: Operation, index: Index, turned: bool) -> float:
        if one.meta.get("unknown"):
            raise UnclearError(f"unknown operation {one.op}", one.location)
        if turned and one.op in _TURNS:
            return self.at(self.operand(one, 0), index, turned=True)
        try:
            if one.op in _POINTWISE and len(one.args) >= 1:
                return self._pointwise(one, index, turned)
            rule = RULES.get(one.op)
            if rule is None:
                raise UnclearError(f"operation {one.op}", one.location)
            return rule(self, one, index, turned)
        except (ValueError, ZeroDivisionError, OverflowError, IndexError, TypeError, KeyError) as error:
            raise UnclearError(f"{one.op} cannot be evaluated: {error}", one.location) from None
        except RecursionError:
            raise UnclearError("a table made in too many steps", one.location) from None

    def _pointwise(self, one: Operation, index: Index, turned: bool) -> float:
        function = _POINTWISE[one.op]
        if one.op in ("add", "sub") and one.meta.get("alpha", 1) != 1:
            raise UnclearError(f"{one.op} with alpha", one.location)
        if one.op == "div" and one.meta.get("rounding_mode") is not None:
            raise UnclearError("div with rounding", one.location)
        values = [self.at(self.operand(one, at), index, turned=turned) for at in range(len(one.args))]
        made = function(*values)
        if isinstance(made, complex):
            raise UnclearError(f"{one.op} gives complex numbers", one.location)
        return float(made)

    def operand(self, one: Operation, position: int) -> Any:
        """An operand as ``at`` takes it. Raises UnclearError for a constant that is no number."""
        value = one.args[position]
        if isinstance(value, Ref | Tensor | bool | int | float):
            return value
        raise UnclearError(f"operand {value!r:.60} of {one.op}", one.location)
