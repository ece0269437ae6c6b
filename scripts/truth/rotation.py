"""Rotary embedding of every layer, from the cosines and sines that meet the queries."""

from dataclasses import dataclass
from typing import Any

import torch

from truth.attention import Attention
from truth.graph import Graph
from truth.tracer import SEQUENCE


@dataclass(frozen=True)
class Rotation:
    """Angles of position 1, one per rotated pair, and the amplitude."""

    angles: tuple[float, ...]
    amplitude: float

    @property
    def rotary_dim(self) -> int:
        return 2 * sum(angle != 0 for angle in self.angles)


def rotation(graph: Graph, one: Attention) -> Rotation | str | None:
    """The rotation of a layer's queries, None for none, "?" when something rotates and cannot be read."""
    if one.query is None:
        return "?"
    passed, _ = graph.to_linears(one.query)
    tables = [
        t for i in passed if graph.nodes[i].op in ("mul", "einsum", "addcmul") for t in _tables(graph, i)
    ]
    if not tables and any(graph.nodes[i].op == "embedding" for i in passed):
        return "?"
    if not tables:
        return None
    for table in tables:
        if table.is_complex():
            return _from_complex(table)
    cosines = [t for t in tables if _constant(t[0]) and float(t[0, 0]) > 0.2]
    sines = [t for t in tables if float(t[0].abs().max()) < 1e-6]
    if cosines and sines and cosines[0].shape == sines[0].shape:
        return _from_pair(cosines[0], sines[0])
    return "?"


def _constant(row: torch.Tensor) -> bool:
    return float((row - row[0]).abs().max()) < 1e-5


def _tables(graph: Graph, node: int) -> list[torch.Tensor]:
    """Real operands that vary with the position, as (positions, width)."""
    found = []
    for source in graph.nodes[node].inputs:
        one = graph.nodes[source]
        tensor = one.outputs[0]
        if (
            one.kind != "real"
            or not (tensor.is_floating_point() or tensor.is_complex())
            or SEQUENCE not in tensor.shape
        ):
            continue
        at = [i for i, size in enumerate(tensor.shape) if size == SEQUENCE][
            -1 if tensor.shape[-1] != SEQUENCE else 0
        ]
        table = tensor.movedim(at, 0).reshape(SEQUENCE, -1)
        if table.shape[1] > 1:
            found.append(table)
    return found


def _from_complex(table: torch.Tensor) -> Rotation:
    return Rotation(tuple(table[1].angle().double().tolist()), round(float(table[1].abs().max()), 6))


def _from_pair(cosine: torch.Tensor, sine: torch.Tensor) -> Rotation | str:
    angles = torch.atan2(sine[1].double(), cosine[1].double()).abs()
    width = len(angles)
    if width % 2 == 0:
        half = width // 2
        if torch.equal(angles[:half], angles[half:]):
            angles = angles[:half]
        elif torch.equal(angles[::2], angles[1::2]):
            angles = angles[::2]
    return Rotation(tuple(angles.tolist()), round(float(cosine[0, 0]), 6))


def base_of(angles: tuple[float, ...]) -> float | None:
    """theta when the angles are theta^(-i/n)."""
    n = len(angles)
    if n < 2 or abs(angles[0] - 1) > 1e-5 or min(angles) <= 0:
        return None
    theta = angles[1] ** -n
    last = angles[-1] ** (-n / (n - 1))
    exact = float(f"{last:.5g}")
    fits = all(abs(a - exact ** (-i / n)) <= 2e-4 * a + 1e-9 for i, a in enumerate(angles))
    return exact if fits and abs(theta - last) < 0.02 * last else None


def declared(config: Any) -> list[tuple[str, float, tuple[float, ...]]]:
    """(type, theta, angles) of every rope declaration of a config, evaluated by the library's own
    functions."""
    try:
        from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
    except ImportError:  # older 4.x scales in the models' own rotary modules
        return []
    parameters = getattr(config, "rope_parameters", None) or getattr(config, "rope_scaling", None) or {}
    nested = {k: v for k, v in parameters.items() if isinstance(v, dict)} or {None: parameters}
    found = []
    for layer_type, one in nested.items():
        kind = one.get("rope_type", one.get("type", "default"))
        theta = one.get("rope_theta", getattr(config, "rope_theta", None))
        if kind not in ROPE_INIT_FUNCTIONS or theta is None:
            continue
        try:
            options = {"layer_type": layer_type} if layer_type else {}
            angles = ROPE_INIT_FUNCTIONS[kind](config, torch.device("cpu"), **options)[0]
            found.append((kind, float(theta), tuple(angles.double().tolist())))
        except Exception:  # the declaration is not for this function alone
            continue
    return found


def position_facts(
    rotations: list[Rotation | None], config: Any, layer_types: list[str | None] | None, numbers: list[int]
) -> dict[str, Any]:
    """rope facts, from the rotations of the layers with attention (`numbers`)."""
    facts: dict[str, Any] = {}
    turning = [r for r in rotations if r is not None]
    if not turning:
        return facts
    facts["nope_layers"] = [n for n, r in zip(numbers, rotations, strict=True) if r is None]
    facts["position_scheme"] = "rope+nope" if facts["nope_layers"] else "rope"
    dims = {r.rotary_dim for r in turning}
    if len(dims) == 1:
        facts["rotary_dim"] = dims.pop()
    choices = declared(config)
    kinds = {
        n: _identify(r, choices, stated_thetas(config))
        for n, r in zip(numbers, rotations, strict=True)
        if r is not None
    }
    if all(kinds.values()):
        _thetas(facts, kinds, layer_types)
    return facts


def stated_thetas(config: Any) -> list[float]:
    """Every rope_theta that a config declares."""
    parameters = getattr(config, "rope_parameters", None) or {}
    nested = [one for one in parameters.values() if isinstance(one, dict)] or [parameters]
    found = [one.get("rope_theta") for one in nested] + [getattr(config, "rope_theta", None)]
    found.append(getattr(config, "rope_local_base_freq", None))
    return [float(theta) for theta in found if theta is not None]


def _identify(turn: Rotation, choices: list[Any], thetas: list[float]) -> tuple[str, float] | None:
    for kind, theta, angles in choices:
        if len(angles) == len(turn.angles) and all(
            abs(a - b) <= 2e-4 * b + 1e-9 for a, b in zip(turn.angles, angles, strict=True)
        ):
            return kind, theta
    base = base_of(turn.angles)
    if base is None or turn.amplitude != 1:
        return None
    stated = [theta for theta in thetas if abs(theta - base) <= 1e-3 * theta]
    return ("default", stated[0] if stated else base) if stated or not thetas else None


def _thetas(facts: dict[str, Any], kinds: dict[int, Any], layer_types: list[str | None] | None) -> None:
    thetas = {k[1] for k in kinds.values()}
    if len({k[0] for k in kinds.values()}) == 1:
        facts["rope_type"] = next(iter(kinds.values()))[0]
    if len(thetas) == 1:
        facts["rope_theta"], facts["rope_local_theta"] = thetas.pop(), None
    elif layer_types:
        full = {kinds[n][1] for n in kinds if layer_types[n] == "full_attention"}
        local = {kinds[n][1] for n in kinds if layer_types[n] == "sliding_attention"}
        if len(full) == 1 and len(local) == 1:
            facts["rope_theta"], facts["rope_local_theta"] = full.pop(), local.pop()
