"""The function between an up and a down projection, known by its values."""

from __future__ import annotations

from .evaluate import Evaluator, Values
from .functions import ACTIVATIONS, FUNCTIONS, swigluoai
from .unclear import UnclearError
from .view import Linear, View

GATES = (1.25, -0.75, 2.5, 8.5, -3.0, 0.5, -9.0, 0.1)
UPS = (0.5, 2.0, -1.5, 1.25, 3.0, -8.5, 9.0, 0.2)


def evaluated(view: View, target: int, ups: tuple[Linear, ...], window: list[int]) -> tuple[str, bool]:
    """(activation, gated) of the function from the up projections to the target."""
    view.clear(window)
    width = view.width(target)
    for gate_first in (True, False):
        for values, interleaved in _inputs(view, ups, width, gate_first):
            result = _run(view, target, values)
            found = _known(view, result, gated=len(ups) == 2 or interleaved is not None, window=window)
            if found is not None:
                return found, len(ups) == 2 or interleaved is not None
    raise UnclearError(_shown(view, window), view.nodes[target].location)


def _inputs(
    view: View, ups: tuple[Linear, ...], width: int | None, gate_first: bool
) -> list[tuple[dict[int, Values], bool | None]]:
    """Samples for the up projections; the flag says how a fused one is laid out (None: not fused)."""
    first, second = (list(GATES), list(UPS)) if gate_first else (list(UPS), list(GATES))
    widths = [view.width(up.node) for up in ups]
    if len(ups) == 2 and widths[0] == widths[1]:
        return [({ups[0].node: first, ups[1].node: second}, None)]
    if len(ups) == 1 and widths[0] == width:
        return [({ups[0].node: list(GATES)}, None)]
    if len(ups) == 1 and width is not None and widths[0] == 2 * width:
        mixed = [entry for pair in zip(first, second, strict=True) for entry in pair]
        return [({ups[0].node: first + second}, False), ({ups[0].node: mixed}, True)]
    return []


def _run(view: View, target: int, values: dict[int, Values]) -> Values:
    def parameter(name: str) -> float | None:
        return 0.0 if name in biases else None

    biases = {str(view.nodes[one].meta.get("name")) for up in values for one in _added(view, up)}
    return Evaluator(view, values, parameter).value(target)


def _added(view: View, node: int) -> set[int]:
    """Parameters added to a projection's output."""
    adds = [view.nodes[reader] for reader in view.trace.consumers(node) if view.nodes[reader].op == "add"]
    return {
        deep
        for add in adds
        for one in add.inputs
        if view.is_parameter(one)
        for deep in view.trace.upstream(one)
    }


def _known(view: View, result: Values, *, gated: bool, window: list[int]) -> str | None:
    if gated and _near(result, [swigluoai(g, u) for g, u in zip(GATES, UPS, strict=True)]):
        return "swigluoai"
    factors = UPS if gated else (1.0,) * len(GATES)
    for name, function in ACTIVATIONS.items():
        if name != "linear" and _near(result, [function(g) * u for g, u in zip(GATES, factors, strict=True)]):
            return name
    return None


def _shown(view: View, window: list[int]) -> str:
    names = [str(view.nodes[one].meta.get("name")) for one in window if view.nodes[one].op == "activation"]
    strange = [name for name in names if name not in FUNCTIONS]
    return f"activation {', '.join(strange or names) or 'written out'} in a form that was not recognised"


def _near(left: Values, right: Values) -> bool:
    return len(left) == len(right) and all(
        abs(a - b) <= 1e-5 + 1e-5 * abs(b) for a, b in zip(left, right, strict=True)
    )
