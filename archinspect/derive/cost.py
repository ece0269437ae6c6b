"""Cost: what the key-value cache takes, and how weights are stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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
    yield computed(_cache, attention_type, num_key_value_heads, head_dim, layer_types, sliding_window)


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


def _cache(_: str, heads: Json, width: Json, types: list[str], windows: list[Json]) -> Json:
    strange = sorted({name for name in types if name not in WITH_CACHE + WITHOUT_CACHE})
    if strange:
        return Unknown(f"no rule for what a layer of type {', '.join(strange)} caches")
    sizes = [
        2 * head * dim * BYTES_PER_ELEMENT if name in WITH_CACHE else 0
        for name, head, dim in zip(
            types, per_layer(heads, len(types)), per_layer(width, len(types)), strict=True
        )
    ]
    return {
        "per_token": sum(sizes),
        "at": {
            str(context): sum(
                size * (min(context, window) if window else context)
                for size, window in zip(sizes, windows, strict=True)
            )
            for context in CONTEXTS
        },
    }


def _bits(block: Mapping[str, Json]) -> Json:
    for key in ("bits", "w_bit", "weight_bits", "num_bits"):
        if isinstance(block.get(key), int):
            return block[key]
    return next((bits for key, bits in _BITS.items() if block.get(key) is True), None)
