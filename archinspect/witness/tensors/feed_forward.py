"""What the matrices of the feed-forwards and experts prove, and which norms stand inside sublayers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from archinspect.records import Answer, Reading
from archinspect.records.tensors import Decoder, Layer, Tensor, Weight
from archinspect.witness.tensors.attention import attentions, output_side, per_layer_reading
from archinspect.witness.tensors.decoder import NUMBER
from archinspect.witness.tensors.inventory import evidence_of
from archinspect.witness.tensors.names import (
    ATTENTION_LIKE,
    DOWN,
    EXPERTS,
    ROUTERS,
    SHARED_EXPERTS,
    SUB_NORMS,
    components,
    is_norm,
)

NOT_DENSE = (*EXPERTS, *SHARED_EXPERTS, *ROUTERS)


class FeedForward(Struct, frozen=True):
    """One dense feed-forward, or one expert."""

    module: str
    down: Weight
    inside: Mapping[str, Weight]
    width: int | None
    """Its inner width."""

    into: tuple[int | None, ...]
    """Widths of the matrices that lead from the residual stream into it."""

    @property
    def gated(self) -> bool | None:
        """Whether two matrices, or one of twice the width, lead in; None when shapes do not tell."""
        if self.width is None or None in self.into:
            return None
        return {self.width: False, 2 * self.width: True}.get(sum(width or 0 for width in self.into))


def feed_forward_answers(decoder: Decoder, zero_biases: bool) -> Iterator[tuple[str, Answer]]:
    """Inner widths, gating, biases and experts, as far as the tensors prove them."""
    attention = [one.module if one else None for one in attentions(decoder)]
    dense = [
        _dense(layer, skip, decoder.hidden) for layer, skip in zip(decoder.layers, attention, strict=True)
    ]
    downs = [one.down if one else None for one in dense]
    width = per_layer_reading([one.width if one else None for one in dense], downs)
    if width is not None:
        yield "intermediate_size", width
    gates = {one.gated for one in dense if one is not None}
    first = next((one for one in dense if one is not None), None)
    if first is not None and len(gates) == 1 and None not in gates:
        yield "ffn_gated", Reading(gates.pop(), (evidence_of(first.down.stored),))
    if first is not None and not zero_biases:
        yield from _bias(first)
    yield from _experts(decoder)
    yield from _norms(decoder)


def _dense(layer: Layer, attention: str | None, hidden: int | None) -> FeedForward | None:
    for name, weight in layer.items():
        path = components(name)
        if len(path) < 2 or path[-1] != "weight" or path[-2] not in DOWN:
            continue
        module = ".".join(path[:-2])
        if module == attention or any(part in NOT_DENSE or is_norm(part) for part in path):
            continue
        inside = {
            other.removeprefix(module + ".") if module else other: found
            for other, found in layer.items()
            if (other.startswith(module + ".") and other.count(".") == name.count("."))
        }
        if len(inside) > 1:
            matrices = [
                found
                for other, found in inside.items()
                if found is not weight and other.endswith(".weight") and not is_norm(components(other)[0])
            ]
            into = tuple(output_side(matrix, hidden) for matrix in matrices)
            return FeedForward(module, weight, inside, output_side(weight, hidden), into)
    return None


def _bias(first: FeedForward) -> Iterator[tuple[str, Answer]]:
    biased = [weight for name, weight in first.inside.items() if name.endswith(".bias")]
    matrices = [
        name for name in first.inside if name.endswith(".weight") and not is_norm(components(name)[0])
    ]
    linear = [
        weight
        for name, weight in first.inside.items()
        if name.endswith(".bias") and name.removesuffix("bias") + "weight" in matrices
    ]
    if biased and len(linear) != len(matrices):
        return  # some have one and some have not: nothing that one boolean could say
    yield "mlp_bias", Reading(bool(linear), (evidence_of((linear or [first.down])[0].stored),))


def _experts(decoder: Decoder) -> Iterator[tuple[str, Answer]]:
    counts = [_expert_count(layer) for layer in decoder.layers]
    routed = [number for number, found in enumerate(counts) if found is not None]
    if not routed:
        if decoder.layers and _dense(decoder.layers[0], None, decoder.hidden):
            evidence = (evidence_of(next(iter(decoder.layers[0].values())).stored),)
            yield "num_experts", Reading(None, evidence)
            yield "moe_layers", Reading(None, evidence)
        return
    known = [found for found in counts if found is not None]
    evidence = (evidence_of(known[0][1]),)
    if len({count for count, _ in known}) == 1 and known[0][0] is not None:
        yield "num_experts", Reading(known[0][0], evidence)
    yield "moe_layers", Reading(routed, evidence)
    widths = [_expert_width(decoder.layers[number], decoder.hidden) for number in routed]
    if widths[0] is not None and all(width == widths[0] for width in widths):
        yield "moe_intermediate_size", Reading(widths[0], evidence)
    shared = [
        w for w in decoder.layers[routed[0]].items() if any(p in SHARED_EXPERTS for p in components(w[0]))
    ]
    yield (
        "shared_experts_stored",
        Reading(bool(shared), (evidence_of(shared[0][1].stored),) if shared else evidence),
    )


def _expert_count(layer: Layer) -> tuple[int | None, Tensor] | None:
    numbered: set[int] = set()
    fused: set[int] = set()
    found: Tensor | None = None
    for name, weight in layer.items():
        path = components(name)
        at = next((place for place, part in enumerate(path) if part in EXPERTS), None)
        if at is None or any(ATTENTION_LIKE.search(part) for part in path[:at]):
            continue
        if at + 1 < len(path) and NUMBER.fullmatch(path[at + 1]):
            numbered.add(int(path[at + 1]))
            found = found or weight.stored
        elif weight.shape is not None and len(weight.shape) == 3:
            fused.add(weight.shape[0])
            found = found or weight.stored
        elif weight.shape is None:
            found = found or weight.stored
    if found is None:
        return None
    if len(fused) == 1 and not numbered:
        return fused.pop(), found
    complete = numbered == set(range(len(numbered))) and bool(numbered)
    return (len(numbered) if complete else None), found


def _expert_width(layer: Layer, hidden: int | None) -> int | None:
    for name, weight in layer.items():
        path = components(name)
        if not any(part in EXPERTS for part in path) or not any(part in DOWN for part in path[-2:]):
            continue
        if weight.shape is None or len(weight.shape) not in (2, 3):
            return None
        matrix = Weight(name, weight.stored, weight.shape[-2:], weight.elements)
        return output_side(matrix, hidden)
    return None


def _norms(decoder: Decoder) -> Iterator[tuple[str, Answer]]:
    if not decoder.layers:
        return
    every = {name: weight for name, weight in decoder.layers[0].items() if _is_norm_part(name)}
    # The layer's own norms where it has some: a norm inside an attention's helper may be of another kind.
    norms = {name: weight for name, weight in every.items() if name.count(".") == 1} or every
    weights = [weight for name, weight in norms.items() if name.endswith(".weight")]
    biases = [weight for name, weight in norms.items() if name.endswith(".bias")]
    if weights:
        yield "norm_bias", Reading(bool(biases), (evidence_of((biases or weights)[0].stored),))
    inner = [
        weight for name, weight in every.items() if components(name)[-2] in SUB_NORMS and name.count(".") > 1
    ]
    any_weight = next(iter(decoder.layers[0].values()))
    yield (
        "sub_norm",
        Reading(bool(inner), (evidence_of((inner or [any_weight])[0].stored),), fallback=not inner),
    )


def _is_norm_part(name: str) -> bool:
    path: Sequence[str] = components(name)
    return len(path) >= 2 and path[-1] in ("weight", "bias") and is_norm(path[-2])
