"""Cost: what the key-value cache takes, and how weights are stored."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial

from msgspec.structs import replace

from archinspect.derive._answers import computed, per_layer
from archinspect.derive._engine import fact
from archinspect.records import Answer, Config, Evidence, Fact, Json, Reading, Testimony, Unknown

BYTES_PER_ELEMENT = 2
CONTEXTS = (4096, 32768, 131072)
WITH_CACHE = ("full_attention", "sliding_attention")
WITHOUT_CACHE = ("linear_attention", "mamba", "conv", "recurrent", "mlp", "moe")
_BITS = {"load_in_4bit": 4, "load_in_8bit": 8}


@fact
def kv_cache_bytes(
    config: Config,
    code: Testimony,
    attention_type: Fact,
    num_key_value_heads: Fact,
    head_dim: Fact,
    layer_types: Fact,
    sliding_window: Fact,
) -> Iterator[Answer]:
    """Bytes of the key-value cache at 16 bits: {per_token, at: {context: bytes}}."""
    for answer in code.says("kv_cache_bytes"):
        # The code says only why the cache is not one set of keys and values for each layer.
        yield replace(answer, blocks=True) if isinstance(answer, Unknown) else answer
    if attention_type.value == "MLA":
        why = "what latent attention caches depends on the engine: the latent, or keys and values"
        yield Unknown(why, blocks=True)
    told = code.answers.get("kv_makers")
    if not isinstance(told, Reading):
        yield from _perhaps_shared(config)
    makers = told.value if isinstance(told, Reading) else None
    facts = (attention_type, num_key_value_heads, head_dim, layer_types, sliding_window)
    answer = computed(partial(_cache, makers), *facts)
    if isinstance(answer, Reading) and isinstance(told, Reading) and _shares(told.value):
        answer = replace(answer, evidence=(*answer.evidence, *told.evidence[:1]))
    yield answer


@fact
def quantization(config: Config, code: Testimony) -> Iterator[Answer]:
    """How the stored weights are quantised: {method, bits}, or null."""
    for level in (config.root, config.text) if config.nested else (config.root,):
        block = level.written.get("quantization_config")
        if isinstance(block, Mapping):
            value = {"method": block.get("quant_method"), "bits": _bits(block)}
            yield Reading(value, (level.stated("quantization_config"),))
            return
    yield Reading(None, (Evidence("stated", "config.json#"),))


def _perhaps_shared(config: Config) -> Iterator[Unknown]:
    """Where no code tells which layers share keys and values, a config may still say that some do."""
    for key, value in config.text.effective.items():
        if "kv_shared" in key and value:
            why = (
                f"{key} is {value!r:.40}; which layers cache nothing of their own, the modelling source says"
            )
            yield Unknown(why, (config.text.stated(key),) if key in config.text.written else (), blocks=True)


def _shares(makers: list[int | None]) -> bool:
    return any(maker not in (None, layer) for layer, maker in enumerate(makers))


def _cache(
    makers: list[int | None] | None,
    _: str,
    heads: Json,
    width: Json,
    types: list[str],
    windows: list[Json],
) -> Json:
    """`makers`: the layer whose keys and values each layer attends to, all their own when not told. What is
    shared is kept as far back as the layer sees that sees farthest.
    """
    strange = sorted({name for name in types if name not in WITH_CACHE + WITHOUT_CACHE})
    if strange:
        return Unknown(f"no rule for what a layer of type {', '.join(strange)} caches")
    reach: dict[int, float] = {}
    sizes: list[int] = []
    for layer, (name, head, dim, window) in enumerate(
        zip(types, per_layer(heads, len(types)), per_layer(width, len(types)), windows, strict=True)
    ):
        maker = makers[layer] if makers else layer
        caches = maker == layer and name in WITH_CACHE
        sizes.append(2 * head * dim * BYTES_PER_ELEMENT if caches else 0)
        if maker is not None:
            reach[maker] = max(reach.get(maker, 0), window or math.inf)
    return {
        "per_token": sum(sizes),
        "at": {
            str(context): sum(
                size * int(min(context, reach[layer])) for layer, size in enumerate(sizes) if size
            )
            for context in CONTEXTS
        },
    }


def _bits(block: Mapping[str, Json]) -> Json:
    for key in ("bits", "w_bit", "weight_bits", "num_bits"):
        if isinstance(block.get(key), int):
            return block[key]
    return next((bits for key, bits in _BITS.items() if block.get(key) is True), None)
