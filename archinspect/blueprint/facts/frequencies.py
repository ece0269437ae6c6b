"""Which frequencies each rotating layer uses: the angles its cosines are made of, and the declaration of the
config that asks for these."""

from __future__ import annotations

from collections.abc import Mapping

from archinspect.blueprint.trace import SEQUENCE, Node, Ref

from .rotation import Turn
from .scalings import Angles, Declaration, expected, kind_of, plain
from .unclear import UnclearError, agreed
from .view import View


def declarations(view: View, turns: Mapping[int, Turn | None]) -> dict[int, Declaration]:
    """By rotating layer, the rope parameters that its angles follow."""
    declared = _declared(view)
    known: dict[tuple[int, int], Declaration] = {}
    found = {}
    for number, turn in turns.items():
        if turn is not None:
            node = _unexpanded(view, turn.cosines)
            if (node.id, turn.dims) not in known:
                known[node.id, turn.dims] = _followed(angles_of(node, view, turn), declared, view, turn)
            found[number] = known[node.id, turn.dims]
    return found


def _unexpanded(view: View, number: int) -> Node:
    """The table before each layer gives it a dimension for its heads: one for all layers."""
    node = view.nodes[number]
    while node.op == "unsqueeze" and node.inputs:
        node = view.nodes[node.inputs[0]]
    return node


def angles_of(node: Node, view: View, turn: Turn) -> Angles:
    """The angles by which position 1 turns each pair of dimensions, from the entries of the cosines."""
    shape = node.shape
    if shape is None or None in shape or shape[:-1].count(SEQUENCE) != 1:
        raise UnclearError("cosines of a shape that does not show positions", node.location)
    place, width = shape.index(SEQUENCE), shape[-1] or 0
    first, second = (
        tuple(position if at == place else 0 for at in range(len(shape) - 1)) for position in (0, 1)
    )
    numbers, table = view.numbers, Ref(node.id)
    length, last = (numbers.at(table, (*first, one)) for one in (0, width - 1))
    if abs(length) < 1e-3 or length != last:
        raise UnclearError("a table that is not of cosines of one length", node.location)
    return _pairs([numbers.at(table, (*second, one), turned=True) / length for one in range(width)], turn)


def _pairs(angles: Angles, turn: Turn) -> Angles:
    """One angle per pair: a table may hold each twice, beside each other or in two halves."""
    width = len(angles)
    if 2 * width == turn.dims:
        return angles
    if width == turn.dims and angles[: width // 2] == angles[width // 2 :]:
        return angles[: width // 2]
    if width == turn.dims and angles[::2] == angles[1::2]:
        return angles[::2]
    raise UnclearError(f"{width} angles for {turn.dims} dimensions", turn.location)


def _declared(view: View) -> list[Declaration]:
    """Every declaration of rotary positions in the config, in its present form."""
    config = view.reading.config
    whole = config.get("rope_parameters")
    if isinstance(whole, dict):
        nested = [one for one in whole.values() if isinstance(one, dict)]
        return [one for one in nested or [whole] if _number(one.get("rope_theta"))]
    scaling = config.get("rope_scaling")
    scaling = scaling if isinstance(scaling, dict) else {}
    if not _number(config.get("rope_theta")):
        return []
    return [{**scaling, "rope_type": kind_of(scaling), "rope_theta": config["rope_theta"]}]


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _followed(angles: Angles, declared: list[Declaration], view: View, turn: Turn) -> Declaration:
    """The declaration that these angles follow; without one, what they are when nothing scales them."""
    config, pairs = view.reading.config, len(angles)
    for dims in (2 * pairs, 2 * pairs - 1):
        for one in declared:
            wanted = expected(one, dims, config)
            if wanted is not None and _near(angles, wanted):
                return one
    for theta in _stated(view, declared) or _round(angles):
        if any(_near(angles, plain(theta, dims)) for dims in (2 * pairs, 2 * pairs - 1)):
            return {"rope_type": "default", "rope_theta": theta}
    strange = [one for one in declared if expected(one, 2 * pairs, config) is None]
    if len(strange) == 1:
        return strange[0]
    raise UnclearError("angles that no declaration of the config asks for", turn.location)


def _stated(view: View, declared: list[Declaration]) -> list[float]:
    """Every base of rotations that the config states and the source reads."""
    keys = {key.rpartition(".")[2] for key in view.reading.config_keys_read}
    named = [
        value
        for key, value in view.reading.config.items()
        if key in keys and ("theta" in key or "base" in key) and _number(value) and value > 1
    ]
    return [float(one["rope_theta"]) for one in declared] + [float(value) for value in named]


def _round(angles: Angles) -> list[float]:
    """The base of a table that no number of the config is behind: a constant of the source is a round one."""
    if len(angles) < 2 or not 0 < angles[1] < 1:
        return []
    theta = float(angles[1] ** -len(angles))
    near = float(f"{theta:.4g}")
    return [near] if abs(theta - near) <= 1e-6 * near else []


def _near(left: Angles, right: Angles) -> bool:
    return len(left) == len(right) and all(
        abs(a - b) <= 1e-6 * abs(b) for a, b in zip(left, right, strict=True)
    )


def rope_type(found: Mapping[int, Declaration]) -> str:
    """The scaling, equal in all layers that rotate."""
    name = agreed((kind_of(one) for one in found.values()), "rope_type")
    if not isinstance(name, str):
        raise UnclearError(f"rope_type {name!r:.40}")
    return name


def rope_thetas(found: Mapping[int, Declaration], types: list[str] | None) -> tuple[float, float | None]:
    """(theta, theta of the sliding layers or None when all are alike)."""
    each = {number: float(one["rope_theta"]) for number, one in found.items()}
    values = set(each.values())
    if len(values) == 1:
        return values.pop(), None
    full = {each[number] for number in each if types and types[number] == "full_attention"}
    local = {each[number] for number in each if types and types[number] == "sliding_attention"}
    if len(full) != 1 or len(local) != 1:
        raise UnclearError("theta differs between layers that are not full and sliding")
    return full.pop(), local.pop()
