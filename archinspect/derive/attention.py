"""Attention: heads, their width, which layers look how far."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from archinspect.derive._answers import MOST_LAYERS, computed, fallback, if_read
from archinspect.derive._config_only import class_has_none
from archinspect.derive._engine import fact
from archinspect.records import Answer, Config, Fact, Json, Reading, Testimony, Unknown

NEEDS_SOURCE = "no key of config.json settles it; the modelling source or the tensors would"
_WINDOWS = ("window", "attention_chunk", "local_att", "attention_layers")


@fact
def num_attention_heads(config: Config, code: Testimony, tensors: Testimony) -> Iterator[Answer]:
    """Query heads of a softmax-attention layer."""
    yield from _of_heads(code, "num_attention_heads")
    yield from tensors.says("num_attention_heads")
    yield from if_read(config.integer("num_attention_heads"), "num_attention_heads", config, code)


@fact
def num_key_value_heads(config: Config, code: Testimony, tensors: Testimony) -> Iterator[Answer]:
    """Key (and value) heads of a softmax-attention layer."""
    yield from _of_heads(code, "num_key_value_heads")
    yield from tensors.says("num_key_value_heads")
    yield from if_read(config.integer("num_key_value_heads"), "num_key_value_heads", config, code)
    yield Unknown(NEEDS_SOURCE)


@fact
def num_key_value_groups(num_attention_heads: Fact, num_key_value_heads: Fact) -> Iterator[Answer]:
    """Query heads that share one key head."""
    yield computed(_groups, num_attention_heads, num_key_value_heads)


@fact
def head_dim(config: Config, code: Testimony, tensors: Testimony) -> Iterator[Answer]:
    """Width of one query or key head as projected (not hidden_size / heads, which often differs)."""
    yield from _of_heads(code, "head_dim")
    yield from tensors.says("head_dim")
    # DeepSeek's latent attention writes only the rotary part under this name.
    if not _is_latent(config):
        yield from if_read(config.integer("head_dim"), "head_dim", config, code)
    yield Unknown("config.json has no head_dim; the modelling source or the tensors would settle it")


@fact
def attention_type(
    config: Config, code: Testimony, num_attention_heads: Fact, num_key_value_heads: Fact
) -> Iterator[Answer]:
    """MHA, GQA, MQA, MLA, none or mixed, over the layers with softmax attention."""
    yield from code.says("attention_type")
    if isinstance(code.answers.get("attention_type"), Unknown):
        return  # source that was read and did not tell may be anything: latent attention has heads too
    if _is_latent(config):
        yield Unknown(
            "config.json speaks of latent attention (kv_lora_rank); the modelling source would tell"
        )
        return
    yield fallback(computed(_kind_of_attention, num_attention_heads, num_key_value_heads))


@fact
def sliding_window(
    config: Config, code: Testimony, num_hidden_layers: Fact, max_position_embeddings: Fact
) -> Iterator[Answer]:
    """Per layer: the effective window in tokens, or null where the layer sees everything."""
    yield from code.says("sliding_window")
    yield from (fallback(answer) for answer in _windows(config, num_hidden_layers, max_position_embeddings))


@fact
def layer_types(config: Config, code: Testimony, sliding_window: Fact) -> Iterator[Answer]:
    """Per layer: what mixes the tokens, in transformers' words."""
    yield from code.says("layer_types")
    unclear = isinstance(code.answers.get("layer_types"), Unknown)
    yield from (fallback(answer) for answer in _layer_types(config, sliding_window, guess=not unclear))


@fact
def attention_bias(code: Testimony, tensors: Testimony) -> Iterator[Answer]:
    """Whether the projections have a bias: {q, k, v, o}."""
    yield from code.says("attention_bias")
    yield from tensors.says("attention_bias")
    yield Unknown(NEEDS_SOURCE)


@fact
def qk_norm(code: Testimony, tensors: Testimony) -> Iterator[Answer]:
    """Norm on queries and keys: {kind, over}, or null."""
    yield from code.says("qk_norm")
    yield from tensors.says("qk_norm")
    yield Unknown(NEEDS_SOURCE)


@fact
def attention_sinks(code: Testimony, tensors: Testimony) -> Iterator[Answer]:
    """Whether heads have a learnt sink in the softmax."""
    yield from code.says("attention_sinks")
    yield from tensors.says("attention_sinks")
    yield Unknown(NEEDS_SOURCE)


@fact
def attention_logit_softcapping(config: Config, code: Testimony) -> Iterator[Answer]:
    """The cap c of c * tanh(scores / c) on attention scores, or null."""
    yield from code.says("attention_logit_softcapping")
    yield from _softcap(config, "attn_logit_softcapping")


@fact
def final_logit_softcapping(config: Config, code: Testimony) -> Iterator[Answer]:
    """The cap on the output logits, or null."""
    yield from code.says("final_logit_softcapping")
    yield from _softcap(config, "final_logit_softcapping")


def _is_latent(config: Config) -> bool:
    return config.written("kv_lora_rank") or config.value("kv_lora_rank") is not None


def _of_heads(code: Testimony, name: str) -> Iterator[Answer]:
    """What the code says; where it runs no softmax attention, nothing else is asked about heads."""
    kind = code.answers.get("attention_type")
    none = isinstance(kind, Reading) and kind.value == "none"
    for answer in code.says(name):
        yield replace(answer, blocks=True) if none and isinstance(answer, Unknown) else answer


def _softcap(config: Config, key: str) -> Iterator[Answer]:
    yield from config.number(key, nullable=True)
    if none := class_has_none(config, "softcap", "soft_cap"):
        yield none
    yield Unknown(NEEDS_SOURCE)


def _groups(heads: Json, key_value: Json) -> Json:
    if isinstance(heads, list) or isinstance(key_value, list):
        return Unknown("the number of heads differs from layer to layer")
    if heads % key_value:
        return Unknown(f"{heads} query heads cannot be shared out over {key_value} key heads")
    return heads // key_value


def _kind_of_attention(heads: Json, key_value: Json) -> Json:
    queries = heads if isinstance(heads, list) else [heads]
    keys = key_value if isinstance(key_value, list) else [key_value]
    if len(queries) != len(keys):
        queries, keys = (queries * len(keys), keys) if len(queries) == 1 else (queries, keys * len(queries))
    kinds = {
        "MHA" if key == query else "MQA" if key == 1 else "GQA"
        for query, key in zip(queries, keys, strict=True)
    }
    return kinds.pop() if len(kinds) == 1 else "mixed"


def _windows(config: Config, layers: Fact, ceiling: Fact) -> Iterator[Answer]:
    types = config.value("layer_types")
    for answer in config.integer("sliding_window", nullable=True):
        if isinstance(answer, Unknown):
            yield answer
            continue
        yield _spread(answer, types, layers, ceiling)
        return
    if not layers.known:
        yield Unknown(f"needs num_hidden_layers: {layers.unknown}")
    elif (none := class_has_none(config, *_WINDOWS)) and layers.value <= MOST_LAYERS:
        yield Reading([None] * layers.value, none.evidence, fallback=True)
    yield Unknown(NEEDS_SOURCE)


def _spread(window: Reading, types: Json, layers: Fact, ceiling: Fact) -> Answer:
    """One entry per layer; a window that the context cannot exceed is none."""
    if not layers.known or not isinstance(layers.value, int) or layers.value > MOST_LAYERS:
        return Unknown(f"needs num_hidden_layers: {layers.unknown or layers.value}")
    width = window.value
    if isinstance(width, int) and ceiling.known and isinstance(ceiling.value, int) and width >= ceiling.value:
        width = None
    if isinstance(width, list):
        return Unknown(f"{_where(window)} is a list; the modelling source decides what it means")
    if not isinstance(types, list):
        if width is not None:
            return Unknown(f"{_where(window)} is {width}; which layers use it, the modelling source decides")
        return Reading([None] * layers.value, window.evidence)
    if len(types) != layers.value:
        return Unknown(f"layer_types has {len(types)} entries for {layers.value} layers")
    per_layer = [width if kind == "sliding_attention" else None for kind in types]
    return Reading(per_layer, window.evidence)


def _layer_types(config: Config, windows: Fact, guess: bool) -> Iterator[Answer]:
    """`guess`: whether layers may be taken for attention because nothing says otherwise."""
    if not windows.known:
        yield Unknown(f"needs sliding_window: {windows.unknown}")
        return
    for answer in config.any("layer_types"):
        if isinstance(answer, Reading) and isinstance(answer.value, list):
            if len(answer.value) != len(windows.value):
                yield Unknown(f"layer_types has {len(answer.value)} entries for {len(windows.value)} layers")
                return
            kinds = [
                ("full_attention" if window is None else kind) if kind == "sliding_attention" else kind
                for kind, window in zip(answer.value, windows.value, strict=True)
            ]
            yield Reading(kinds, answer.evidence)
            return
    if guess:
        yield computed(lambda value: ["sliding_attention" if w else "full_attention" for w in value], windows)


def _where(answer: Answer) -> str:
    return answer.evidence[0].location if answer.evidence else "it"
