"""What the projections and norms inside the attention modules prove."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field

from archinspect.records import Answer, Json, Reading, Unknown
from archinspect.records.tensors import Decoder, Layer, Weight
from archinspect.witness.tensors.inventory import evidence_of
from archinspect.witness.tensors.names import (
    ATTENTION,
    EXPERTS,
    LATENT,
    LATENT_QUERY,
    NOT_SELF_ATTENTION,
    NOT_SOFTMAX,
    QUERY_NORMS,
    components,
)

DEEPEST = 6
"""Levels of modules within a layer; attention stands on the first or second."""
EXPERT_PARTS = frozenset(EXPERTS)
ROLE_OF = {name: role for role, names in ATTENTION.items() for name in names}


class Attention(Struct, frozen=True):
    """The softmax self-attention of one layer: its projections by role (`q`, `k`, `v`, `qkv`, `o`)."""

    module: str
    weights: Mapping[str, Weight]
    biases: Mapping[str, Weight]
    latent: bool = False
    query_norm: Weight | None = None
    norms: tuple[Weight, ...] = field(default_factory=tuple)


def attentions(decoder: Decoder) -> list[Attention | None]:
    """One entry per layer; None for a layer without softmax self-attention that the names show."""
    return [_attention(layer) for layer in decoder.layers]


def attention_answers(decoder: Decoder, zero_biases: bool) -> Iterator[tuple[str, Answer]]:
    """Widths, biases and query norms, as far as the tensors prove them."""
    found = attentions(decoder)
    present = [one for one in found if one is not None]
    if not present:
        return
    for role, side in (("q", 0), ("k", 0), ("v", 0), ("qkv", 0), ("o", 1)):
        weights = [one.weights.get(role) if one else None for one in found]
        yield from _width(f"{role}_width", weights, side, decoder.hidden)
    if not zero_biases:
        yield from _biases(present)
    yield from _query_norm(present, decoder.hidden)
    if any(one.latent for one in present):
        where = next(one for one in present if one.latent)
        yield "latent_attention", Reading(True, (evidence_of(where.weights["latent"].stored),))


def output_side(weight: Weight, hidden: int | None) -> int | None:
    """Width of the side of a matrix that is not the residual stream (either, when both are)."""
    if weight.shape is None or len(weight.shape) != 2 or hidden is None:
        return None
    first, second = weight.shape
    if first == hidden:
        return second
    return first if second == hidden else None


def per_layer_reading(values: Sequence[Json], weights: Sequence[Weight | None]) -> Reading | None:
    """One value when the layers that have one agree, else a list with None for those that have none."""
    first = next((weight for weight in weights if weight is not None), None)
    known = [value for value, weight in zip(values, weights, strict=True) if weight is not None]
    if first is None or any(value is None for value in known):
        return None
    if all(value == known[0] for value in known):
        return Reading(known[0], (evidence_of(first.stored),))
    examples = {value: weight for value, weight in zip(values, weights, strict=True) if weight is not None}
    evidence = tuple(evidence_of(weight.stored) for weight in list(examples.values())[:4])
    return Reading(list(values), evidence)


def _attention(layer: Layer) -> Attention | None:
    modules: dict[str, dict[str, Weight]] = {}
    for name, weight in layer.items():
        path = components(name)
        if not EXPERT_PARTS.isdisjoint(path):
            continue
        for depth in range(min(len(path), DEEPEST)):
            modules.setdefault(".".join(path[:depth]), {})[".".join(path[depth:])] = weight
    for module, inside in modules.items():
        if any(part in NOT_SELF_ATTENTION for part in components(module)) or _not_softmax(inside):
            continue
        weights, biases = _roles(inside)
        latent = "latent" in weights
        if "qkv" in weights or {"q", "k", "v"} <= weights.keys() or latent:
            norm = next(
                (inside[f"{name}.weight"] for name in QUERY_NORMS if f"{name}.weight" in inside), None
            )
            if "o" not in weights:
                weights |= _outer_output(modules, module, "weight")
                biases |= _outer_output(modules, module, "bias")
            return Attention(module, weights, biases, latent, norm)
    return None


def _not_softmax(inside: Mapping[str, Weight]) -> bool:
    return any(components(name)[0] in NOT_SOFTMAX for name in inside)


def _roles(inside: Mapping[str, Weight]) -> tuple[dict[str, Weight], dict[str, Weight]]:
    weights: dict[str, Weight] = {}
    biases: dict[str, Weight] = {}
    for name, weight in inside.items():
        path = components(name)
        role = "q" if path[0] in LATENT_QUERY else "latent" if path[0] in LATENT else ROLE_OF.get(path[0])
        if role is not None and len(path) == 2:
            (weights if path[1] == "weight" else biases if path[1] == "bias" else {})[role] = weight
    return weights, biases


def _outer_output(modules: Mapping[str, Mapping[str, Weight]], module: str, part: str) -> dict[str, Weight]:
    """BERT's way: `attention.self.query` beside `attention.output.dense`."""
    outer = modules.get(module.rpartition(".")[0], {}) if "." in module else {}
    return {"o": outer[f"output.dense.{part}"]} if f"output.dense.{part}" in outer else {}


def _width(
    name: str, weights: Sequence[Weight | None], side: int, hidden: int | None
) -> Iterator[tuple[str, Answer]]:
    values = [None if weight is None else _side_width(weight, side, hidden) for weight in weights]
    reading = per_layer_reading(values, weights)
    if reading is not None:
        yield name, reading


def _side_width(weight: Weight, side: int, hidden: int | None) -> int | None:
    if weight.shape is None or len(weight.shape) != 2:
        return None
    # (out, in) unless only the other way round fits the residual stream, as in GPT-2's transposed matrices.
    stream = weight.shape[1 - side]
    if hidden is not None and stream != hidden and weight.shape[side] == hidden:
        return weight.shape[1 - side]
    return weight.shape[side]


def _biases(present: Sequence[Attention]) -> Iterator[tuple[str, Answer]]:
    named: dict[str, Json] = {}
    evidence = []
    for role in ("q", "k", "v", "o"):
        keys = ("qkv", role) if role != "o" else ("o",)
        having = [one for one in present if any(key in one.weights for key in keys)]
        biased = [one for one in having if any(key in one.biases for key in keys)]
        if not having or (biased and len(biased) != len(having)):
            return  # latent attention, or layers that differ: nothing that one boolean could say
        named[role] = bool(biased)
        source = biased[0].biases if biased else having[0].weights
        evidence.append(evidence_of(next(source[key] for key in keys if key in source).stored))
    unique = {one.location: one for one in evidence}
    yield "attention_bias", Reading(named, tuple(unique.values()))


def _query_norm(present: Sequence[Attention], hidden: int | None) -> Iterator[tuple[str, Answer]]:
    normed = [one for one in present if one.query_norm is not None and not one.latent]
    if not normed:
        first = next(iter(present[0].weights.values()), None)
        if first is not None:
            yield "qk_norm_stored", Reading(False, (evidence_of(first.stored),))
        return
    norm, query = normed[0].query_norm, normed[0].weights.get("q") or normed[0].weights.get("qkv")
    assert norm is not None
    evidence = (evidence_of(norm.stored),)
    yield "qk_norm_stored", Reading(True, evidence)
    if norm.shape is None or query is None or query.shape is None:
        return
    width = _side_width(query, 0, hidden)
    if len(norm.shape) == 2 and norm.elements == width:  # (heads, head width): weights of its own per head
        yield "qk_norm_over", Reading("head", evidence)
        yield "head_dim", Reading(norm.shape[1], evidence)
    elif norm.shape == (width,) and "q" in normed[0].weights:
        yield "qk_norm_over", Reading("full", evidence)
    elif (
        width is not None
        and len(norm.shape) == 1
        and 0 < norm.shape[0] < width
        and width % norm.shape[0] == 0
    ):
        yield "qk_norm_over", Reading("head", evidence)
        widths = {one.query_norm.shape for one in normed if one.query_norm is not None}
        if len(widths) == 1:
            yield "head_dim", Reading(norm.shape[0], evidence)
        else:
            yield "head_dim", Unknown("the query norms of the layers differ in width", evidence)
