"""Norms by what their forward computes: evaluated on numbers, never known by name."""

from __future__ import annotations

from msgspec import Struct

from archinspect.blueprint.trace import ModuleCall, Node

from .evaluate import Evaluator, Values
from .unclear import UnclearError
from .view import View

ROOTS = frozenset(
    ("rsqrt", "sqrt", "pow", "norm", "normalize", "var", "std", "rms_norm", "layer_norm", "group_norm", "div")
)
_SAMPLE = (1.5, -0.5, 3.0, 2.25)
_TINY = (1e-4, -1e-4, 1e-4, -1e-4)
MAX_NODES = 40


class Formula(Struct, frozen=True):
    """``kind``: RMSNorm, LayerNorm or L2Norm; ``scaled`` by a weight, ``unit``: by 1 + weight; ``bias``
    added."""

    kind: str
    scaled: bool
    unit: bool
    bias: bool
    eps: float | None

    @property
    def label(self) -> str:
        """As norm_type spells it."""
        return self.kind if self.scaled else f"{self.kind} (no affine)"


class Norm(Struct, frozen=True):
    """A norm in the flow: reads ``source``, makes ``output``, both ``width`` wide; ``parent`` is the call
    around it."""

    formula: Formula
    source: int
    output: int
    width: int
    parent: int | None
    location: str


def norms_of(view: View) -> dict[int, Norm]:
    """Every norm of the trace by its output node: modules, and library norms called within other modules."""
    found: dict[int, Norm] = {}
    known: dict[object, Formula | None] = {}
    inside: set[int] = set()
    for call in view.trace.calls:
        one = _of_call(view, call, known)
        if one is not None:
            found[one.output] = one
            inside.update(node.id for node in view.trace.within(call.id))
    for node in view.nodes:
        if node.op in ("rms_norm", "layer_norm") and node.id not in inside:
            formula = _library(view, node)
            if formula is None:
                continue
            found[node.id] = Norm(
                formula, node.inputs[0], node.id, view.width(node.id) or 0, node.call, node.location
            )
    return found


def _of_call(view: View, call: ModuleCall, known: dict[object, Formula | None]) -> Norm | None:
    operands = [*call.inputs, *call.keywords.values()]
    if len(call.outputs) != 1 or not operands or not call.nodes or len(call.nodes) > MAX_NODES:
        return None
    source, output = operands[0], call.outputs[0]
    width = view.width(source)
    if source == output or width is None or width < 2 or view.width(output) != width or call.children:
        return None
    nodes = [view.nodes[one] for one in call.nodes]
    if not any(one.op in ROOTS for one in nodes):
        return None
    key = (
        call.defined,
        width,
        tuple(sorted((k, str(v)) for k, v in call.attributes.items())),
        tuple((n.op, str(n.meta.get("eps"))) for n in nodes),
    )
    if key not in known:
        known[key] = _formula(view, source, output, nodes)
    formula = known[key]
    if formula is None:
        return None
    return Norm(
        formula, source, output, width, call.parent, next(one.location for one in nodes if one.op in ROOTS)
    )


def _library(view: View, node: Node) -> Formula | None:
    """A library norm; None when its weight is made of a parameter in a way that is not known."""
    affine = len(node.inputs) - 1
    unit = affine > 0 and _unit(view, node.inputs[1])
    if unit is None:
        return None
    kind = "LayerNorm" if node.op == "layer_norm" else "RMSNorm"
    eps = node.meta.get("eps")
    return Formula(kind, affine > 0, unit, affine > 1, float(eps) if isinstance(eps, int | float) else None)


def _unit(view: View, weight: int) -> bool | None:
    """Whether a norm's weight is 1 + a parameter; False when it is a parameter, None for anything else."""
    if view.nodes[weight].op == "parameter":
        return False
    try:
        half, quarter = _effect(view, weight, 0.5), _effect(view, weight, 0.25)
    except UnclearError:
        return None
    return (
        False if (half, quarter) == ([0.5], [0.25]) else True if (half, quarter) == ([1.5], [1.25]) else None
    )


def _effect(view: View, weight: int, entry: float) -> Values:
    """What a norm's weight comes to when every entry of its parameter is this one."""
    return Evaluator(view, {}, lambda name: entry).value(weight)


def _formula(view: View, source: int, output: int, nodes: list[Node]) -> Formula | None:
    whole = [one for one in nodes if one.op in ("layer_norm", "rms_norm")]
    if whole:
        only = (
            len(whole) == 1
            and view.source(output) == whole[0].id
            and view.source(whole[0].inputs[0]) == view.source(source)
        )
        return _library(view, whole[0]) if only else None
    # A parameter is read once: in a module that is called again it is an input from elsewhere.
    read = dict.fromkeys(deep for one in nodes for deep in (one.id, *one.inputs))
    names = [str(view.nodes[one].meta.get("name")) for one in read if view.nodes[one].op == "parameter"]
    try:
        return _match(view, source, output, names)
    except UnclearError:
        return None


def _match(view: View, source: int, output: int, names: list[str]) -> Formula | None:
    width = view.width(source)
    plain = _run(view, source, output, dict.fromkeys(names, 0.5), list(_SAMPLE), width)
    for kind, base in _bases(_SAMPLE).items():
        found = _affine(view, source, output, names, plain, base)
        if found is not None:
            weight, factor, bias = found
            given = {one: 0.5 if one == weight else 0.0 for one in names}
            eps = (
                _eps(_run(view, source, output, given, list(_TINY), width), factor)
                if kind != "L2Norm"
                else None
            )
            return Formula(kind, weight is not None, factor == 1.5, bias, eps)
    return None


def _affine(
    view: View, source: int, output: int, names: list[str], plain: Values, base: Values
) -> tuple[str | None, float, bool] | None:
    """(weight, its effect at 0.5, whether a bias is added) when the norm is an affine form of ``base``."""
    width = view.width(source)
    if not names:
        return (None, 1.0, False) if _near(plain, base) else None
    for weight in names:
        others = [one for one in names if one != weight]
        out = _run(view, source, output, {weight: 0.5, **dict.fromkeys(others, 0.0)}, list(_SAMPLE), width)
        for factor in (0.5, 1.5):
            if not _near(out, [factor * one for one in base]):
                continue
            if not others:
                return weight, factor, False
            moved = _run(
                view, source, output, {weight: 0.5, **dict.fromkeys(others, 4.0)}, list(_SAMPLE), width
            )
            return (weight, factor, True) if _near(moved, [one + 4.0 for one in out]) else None
    return None


def _run(
    view: View, source: int, output: int, given: dict[str, float], entries: Values, width: int | None
) -> Values:
    values = {source: entries}
    evaluator = Evaluator(view, values, lambda name: given.get(name))
    return evaluator.value(output)


def _eps(out: Values, factor: float) -> float | None:
    """From entries so small that eps decides: out = factor x / sqrt(mean x^2 + eps)."""
    if not out or out[0] == 0:
        return None
    eps = (factor * _TINY[0] / out[0]) ** 2 - _TINY[0] ** 2
    return float(f"{eps:.6g}") if eps > 1e-14 else 0.0


def _bases(entries: tuple[float, ...]) -> dict[str, Values]:
    count = len(entries)
    middle = sum(entries) / count
    root = (sum(one * one for one in entries) / count) ** 0.5
    spread = (sum((one - middle) ** 2 for one in entries) / count) ** 0.5
    return {
        "RMSNorm": [one / root for one in entries],
        "LayerNorm": [(one - middle) / spread for one in entries],
        "L2Norm": [one / (root * count**0.5) for one in entries],
    }


def _near(left: Values, right: Values) -> bool:
    return len(left) == len(right) and all(
        abs(a - b) <= 2e-3 + 2e-3 * abs(b) for a, b in zip(left, right, strict=True)
    )
