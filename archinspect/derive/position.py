"""Position: rotation and its scaling, layers without it, and how far positions reach."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from archinspect.derive._answers import MOST_LAYERS, computed, fallback, if_read
from archinspect.derive._engine import fact
from archinspect.derive._rope import LOCAL, layer_kinds_differ, rope_block, scaling, unknown_rope
from archinspect.records import Answer, Config, Evidence, Fact, Json, Reading, Testimony, Unknown

NEEDS_SOURCE = "no key of config.json settles it; the modelling source would"


@fact
def position_scheme(config: Config, code: Testimony, nope_layers: Fact) -> Iterator[Answer]:
    """rope, rope+nope, learned, alibi, sinusoidal, relative or none."""
    yield from code.says("position_scheme")
    if config.class_view and config.class_view.class_name and (block := rope_block(config)):
        kinds = config.value("layer_types")
        if nope_layers.known and nope_layers.value:
            yield Reading("rope+nope", (block.whole,), fallback=True)
        elif not isinstance(kinds, list) or len(set(map(str, kinds))) < 2:
            yield Reading("rope", (block.whole,), fallback=True)
        else:  # one kind of layer may go without
            yield Unknown(
                "layers are of several kinds; which of them rotate, the modelling source would tell"
            )
    yield Unknown(NEEDS_SOURCE)


@fact
def rope_theta(config: Config, code: Testimony, position_scheme: Fact) -> Iterator[Answer]:
    """The rotary base; that of the global layers when layers differ; null without rotation."""
    yield from code.says("rope_theta")
    if isinstance(code.answers.get("rope_theta"), Unknown) and not _may_read_base(config, code):
        return  # own code often writes the base down, whatever a key says
    yield from _without_rotation(position_scheme)
    yield from _from_block(config, "rope_theta")


@fact
def rope_local_theta(config: Config, code: Testimony, rope_theta: Fact) -> Iterator[Answer]:
    """The rotary base of local layers; null unless it differs from the global one."""
    yield from code.says("rope_local_theta")
    if isinstance(code.answers.get("rope_local_theta"), Unknown):
        return
    if not rope_theta.known:
        yield Unknown(f"needs rope_theta: {rope_theta.unknown}")
    elif not layer_kinds_differ(config):
        yield fallback(computed(lambda theta: None, rope_theta))
    elif block := rope_block(config, LOCAL):
        for answer in block.answer("rope_theta"):
            differs = isinstance(answer, Reading) and answer.value != rope_theta.value
            yield answer if differs else computed(lambda theta: None, rope_theta)


@fact
def rope_type(config: Config, code: Testimony, position_scheme: Fact) -> Iterator[Answer]:
    """How rotation is scaled, in the config's own word; `default` when it is not, null without rotation."""
    yield from code.says("rope_type")
    yield from _without_rotation(position_scheme)
    block = rope_block(config)
    if block is None:
        yield unknown_rope()
    elif "rope_type" in block.values:
        yield from block.answer("rope_type")
    elif set(block.values) <= {"rope_theta", "partial_rotary_factor"}:
        yield Reading("default", (block.whole,), fallback=True)
    else:
        yield Unknown(f"{block.whole.location} scales rotation without naming a type", (block.whole,))


@fact
def rope_scaling(config: Config, code: Testimony, rope_type: Fact, position_scheme: Fact) -> Iterator[Answer]:
    """The parameters of the scaling under transformers' present names, or null."""
    yield from code.says("rope_scaling")
    yield from _without_rotation(position_scheme)
    if rope_type.known and rope_type.value == "default":
        yield fallback(computed(lambda kind: None, rope_type))
    block = rope_block(config)
    if block is None or not rope_type.known:
        yield unknown_rope() if block is None else Unknown(f"needs rope_type: {rope_type.unknown}")
        return
    value = scaling(block.values)
    supplied = [block.evidence[key] for key in value or () if key in block.evidence]
    yield Reading(value, (block.whole, *_classes(supplied)), fallback=value is None)


@fact
def partial_rotary_factor(
    config: Config, code: Testimony, rotary_dim: Fact, head_dim: Fact, position_scheme: Fact
) -> Iterator[Answer]:
    """Share of a head's dimensions that rotate; null without rotation."""
    yield from code.says("partial_rotary_factor")
    yield from _without_rotation(position_scheme)
    yield from _share(config)
    yield fallback(computed(lambda rotary, width: rotary / width if rotary else None, rotary_dim, head_dim))


@fact
def rotary_dim(config: Config, code: Testimony, head_dim: Fact, position_scheme: Fact) -> Iterator[Answer]:
    """Dimensions of a head that rotate; null without rotation."""
    yield from code.says("rotary_dim")
    yield from _without_rotation(position_scheme)
    for answer in if_read(config.integer("rotary_dim", minimum=0), "rotary_dim", config, code):
        # A share of the head's width may still tell.
        yield replace(answer, blocks=False) if isinstance(answer, Unknown) else answer
    for share in _share(config):
        if isinstance(share, Unknown) or not isinstance(share.value, (int, float)):
            continue
        factor = Fact("partial_rotary_factor", share.value, None, share.evidence)
        yield fallback(computed(lambda width, part: int(width * part), head_dim, factor))
    yield Unknown(NEEDS_SOURCE)


@fact
def nope_layers(config: Config, code: Testimony, num_hidden_layers: Fact) -> Iterator[Answer]:
    """Indices, from 0, of the layers whose attention does not rotate."""
    yield from code.says("nope_layers")
    for answer in config.any("no_rope_layers"):
        if (
            isinstance(answer, Reading)
            and isinstance(answer.value, list)
            and len(answer.value) <= MOST_LAYERS
        ):
            # In spite of its name the list says where rotation IS applied: 1 rotates, 0 does not
            # (transformers, configuration_smollm3.py and configuration_llama4.py).
            without = [index for index, rotates in enumerate(answer.value) if rotates == 0]
            yield fallback(Reading(without, answer.evidence))
    yield Unknown(NEEDS_SOURCE)


@fact
def max_position_embeddings(config: Config, code: Testimony) -> Iterator[Answer]:
    """The ceiling on positions that the config states; not the length trained at."""
    yield from config.integer("max_position_embeddings")
    yield from code.says("max_position_embeddings")
    yield from _block_size(config, code)


@fact
def original_max_position_embeddings(config: Config, rope_scaling: Fact) -> Iterator[Answer]:
    """The context before scaling, where the config states one; null otherwise."""
    yield from config.integer("original_max_position_embeddings")
    if rope_scaling.known:
        stated = (rope_scaling.value or {}).get("original_max_position_embeddings")
        rests_on = Evidence("computed", "facts:rope_scaling", rests_on=rope_scaling.evidence)
        yield Reading(stated, (rests_on,), fallback=True)
    yield Unknown("config.json states none")


def _block_size(config: Config, code: Testimony) -> Iterator[Answer]:
    """nanoGPT's word for the ceiling. Elsewhere it is the width of sparse attention or of a diffusion step:
    taken only where the source looks positions up in a table with as many rows.
    """
    rows = code.answers.get("position_rows")
    for answer in config.integer("block_size") if isinstance(rows, Reading) else ():
        if isinstance(answer, Reading) and isinstance(rows, Reading) and answer.value == rows.value:
            yield fallback(Reading(answer.value, (*answer.evidence, *rows.evidence)))


def _without_rotation(scheme: Fact) -> Iterator[Answer]:
    """Null for all that is about rotation where the positions are known to be told another way."""
    if scheme.known and scheme.value not in ("rope", "rope+nope"):
        yield fallback(computed(lambda value: None, scheme))


def _from_block(config: Config, key: str) -> Iterator[Answer]:
    block = rope_block(config)
    if block is None:
        yield unknown_rope()
        return
    for answer in block.answer(key):
        if isinstance(answer, Reading) and not _positive(answer.value):
            yield Unknown(
                f"{answer.evidence[0].location} is {answer.value!r:.80}", answer.evidence, blocks=True
            )
        else:
            yield answer


def _may_read_base(config: Config, code: Testimony) -> bool:
    """Whether lines of the repository's own code read the rotary base, or no code of its own was read."""
    read = code.answers.get("own_keys")
    keys = {config.text.spelled("rope_theta"), "rope_theta", "rope_parameters", "rope_scaling"}
    return not isinstance(read, Reading) or not keys.isdisjoint(read.value)


def _classes(evidence: list[Evidence]) -> list[Evidence]:
    """What a class supplied beside what is written, once."""
    return [item for item in evidence if item.basis != "stated"][:1]


def _share(config: Config) -> Iterator[Answer]:
    block = rope_block(config)
    if block is None or not (config.class_view and config.class_view.class_name):
        return
    if "partial_rotary_factor" in block.values:
        yield from _from_block(config, "partial_rotary_factor")
    else:
        # transformers' rotary initialisers take 1.0 when the block says nothing (modeling_rope_utils.py).
        yield Reading(1.0, (block.whole,), fallback=True)


def _positive(value: Json) -> bool:
    number: Any = value
    return (
        isinstance(number, (int, float))
        and not isinstance(number, bool)
        and number > 0
        and math.isfinite(number)
    )
