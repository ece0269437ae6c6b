"""Lengths: the context ceiling, its extension, windows, and lists with one entry per layer or frequency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archinspect.records import Config, Evidence, Fact, Json, Reading
from archinspect.records.tokenizer import TokenizerTestimony
from archinspect.rules._rule import Alarm, rule

UNSET_LENGTH = 10**9
"""Tokenizers write 10^30 when no length was ever set."""
MULTIPLIES = ("yarn", "dynamic")
"""Scaling types under which the ceiling is the original length, or that length times the factor."""
TOLERANCE = 0.05
FACTOR_LISTS = ("short_factor", "long_factor")
PER_LAYER = (
    "layer_types",
    "no_rope_layers",
    "layers_block_type",
    "mlp_layer_types",
    "attention_layers",
    "block_types",
)
"""Keys that hold one entry per layer."""
LAYER_INDICES = (
    "mlp_only_layers",
    "full_attn_idxs",
    "cross_attention_layers",
    "attn_layer_indices",
    "nope_layers",
)
"""Keys that hold numbers of layers."""
FURTHER_LAYERS = "num_nextn_predict_layers"


@rule("context-inconsistent", "warning")
def context_inconsistent(
    max_position_embeddings: Fact,
    rope_type: Fact | None = None,
    rope_scaling: Fact | None = None,
    original_max_position_embeddings: Fact | None = None,
    tokenizer: TokenizerTestimony | None = None,
) -> Iterator[Alarm]:
    """How much text the model takes is stated differently in different places; past it quality falls."""
    ceiling = max_position_embeddings.value
    if type(ceiling) is not int:
        return
    original = original_max_position_embeddings
    if original is not None and type(original.value) is int and original.value > ceiling:
        message = f"the original context ({original.value}) is longer than the extended one ({ceiling})"
        yield Alarm(message, (*original.evidence, *max_position_embeddings.evidence))
    scaling = rope_scaling.value if rope_scaling is not None else None
    if isinstance(scaling, Mapping) and rope_type is not None and rope_scaling is not None:
        length = scaling.get("original_max_position_embeddings")
        yield from _factor(rope_type.value, scaling.get("factor"), length, ceiling, rope_scaling)
    if tokenizer is not None:
        yield from _tokenizer_length(tokenizer, ceiling, max_position_embeddings)


@rule("rope-factor-length", "error")
def rope_factor_length(config: Config, rotary_dim: Fact) -> Iterator[Alarm]:
    """Loading fails: a list of factors must have one for each pair of rotated dimensions."""
    pairs = rotary_dim.value / 2 if isinstance(rotary_dim.value, int) else None
    for block in ("rope_scaling", "rope_parameters"):
        found = config.text.written.get(block)
        for key in FACTOR_LISTS:
            factors = found.get(key) if isinstance(found, dict) else None
            if isinstance(factors, list) and pairs is not None and len(factors) != pairs:
                where = Evidence("stated", f"config.json#{config.text.at}/{block}/{key}")
                message = (
                    f"{block}.{key} has {len(factors)} entries for {rotary_dim.value} rotated dimensions"
                )
                yield Alarm(f"{message}, expected {pairs:g}", (where, *rotary_dim.evidence))


@rule("layer-list-length", "error")
def layer_list_length(config: Config, num_hidden_layers: Fact) -> Iterator[Alarm]:
    """Loading fails, or layers get the wrong kind: a list about the layers does not fit their number."""
    layers = num_hidden_layers.value
    if type(layers) is not int:
        return
    further = config.text.written.get(FURTHER_LAYERS)
    allowed = {layers, layers + further} if type(further) is int else {layers}
    for key, value in config.text.written.items():
        if not isinstance(value, list) or not value:
            continue
        where = (config.text.stated(key), *num_hidden_layers.evidence)
        if key in PER_LAYER and len(value) not in allowed:
            yield Alarm(f"{key} has {len(value)} entries for {layers} layers", where)
        if key in LAYER_INDICES and all(type(n) is int for n in value) and max(value) >= max(allowed):
            yield Alarm(f"{key} names layer {max(value)}, but there are layers 0 to {layers - 1}", where)


@rule("window-without-effect", "note")
def window_without_effect(
    config: Config, sliding_window: Fact, max_position_embeddings: Fact | None = None
) -> Iterator[Alarm]:
    """Memory is planned for a window that the model does not have: every layer sees the whole context."""
    stated = config.text.written.get("sliding_window")
    windows = sliding_window.value if isinstance(sliding_window.value, list) else [sliding_window.value]
    if type(stated) is not int or any(window is not None for window in windows):
        return
    ceiling = max_position_embeddings.value if max_position_embeddings is not None else None
    if config.text.written.get("use_sliding_window") is False:
        why = "use_sliding_window is false"
    elif type(ceiling) is int and stated >= ceiling:
        why = f"the context ends at {ceiling}"
    else:
        why = "no layer uses it"
    where = (config.text.stated("sliding_window"), *sliding_window.evidence)
    yield Alarm(f"sliding_window {stated} has no effect: {why}", where)


def _factor(kind: Json, factor: Json, length: Json, ceiling: int, scaling: Fact) -> Iterator[Alarm]:
    if isinstance(factor, bool) or not isinstance(factor, (int, float)):
        return
    if factor < 1:
        yield Alarm(f"the rope factor {factor:g} shortens the context", scaling.evidence)
    elif kind in MULTIPLIES and type(length) is int and length > 0:
        reached = length * factor
        if all(abs(ceiling - fitting) > TOLERANCE * fitting for fitting in (length, reached)):
            product = f"{length} x {factor:g} = {reached:.0f}"
            message = f"max_position_embeddings is {ceiling}, but {kind} extends to {product}"
            yield Alarm(message, scaling.evidence)


def _tokenizer_length(tokenizer: TokenizerTestimony, ceiling: int, fact: Fact) -> Iterator[Alarm]:
    for reading in tokenizer.says("model_max_length"):
        if isinstance(reading, Reading) and ceiling < reading.value < UNSET_LENGTH:
            cut = f"the tokenizer cuts texts at {reading.value:.0f} tokens"
            yield Alarm(
                f"{cut}, max_position_embeddings is {ceiling}", (*reading.evidence, *fact.evidence), "note"
            )
