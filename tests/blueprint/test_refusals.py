"""What torch 2.13.0 or a config class of transformers 5.23.0 refuses has no model here either."""

from __future__ import annotations

from typing import Any

import pytest

from archinspect.blueprint.tensors import tensors, tensors_of
from archinspect.errors import BlueprintError
from tests.blueprint.sources import CONFIG, model_with, tree_of

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"model_type": "llama", "vocab_size": -5}, "negative dimension -5"),
    ({"model_type": "llama", "vocab_size": 2**61}, "Storage size calculation overflowed"),
    ({"model_type": "llama", "vocab_size": 10, "pad_token_id": 10}, "Padding_idx must be within"),
    ({"model_type": "deepseek_v3", "num_hidden_layers": 2, "intermediate_size": -1}, "negative dimension"),
    ({"model_type": "axk1", "num_hidden_layers": 2, "qk_rope_head_dim": 63}, "even rotary dimension"),
    ({"model_type": "big_bird", "num_hidden_layers": 2, "hidden_dropout_prob": 2.0}, "dropout probability"),
    ({"model_type": "gpt_neox", "num_hidden_layers": 2, "num_attention_heads": 7}, "not divisible"),
    ({"model_type": "granitemoehybrid", "num_hidden_layers": 4, "mamba_expand": -1}, "groups must be"),
    ({"model_type": "marian", "vocab_size": 7}, "Padding_idx must be within"),
    ({"model_type": "reformer", "num_hidden_layers": 2}, "is_decoder=True"),
    ({"model_type": "qwen3", "num_hidden_layers": 3, "layer_types": ["full_attention"]}, "must be equal"),
    ({"model_type": "qwen3", "num_hidden_layers": 1, "layer_types": ["no_such_type"]}, "entries must be in"),
]
FINE: list[dict[str, Any]] = [
    {"model_type": "llama", "num_hidden_layers": 1, "vocab_size": 11, "pad_token_id": 10},
    {"model_type": "llama", "num_hidden_layers": 1, "pad_token_id": -1},
    {"model_type": "llama", "num_hidden_layers": 1, "vocab_size": 0},
    {"model_type": "big_bird", "num_hidden_layers": 1, "hidden_dropout_prob": 1},
    {"model_type": "plbart", "decoder_layers": 1, "decoder_attention_heads": -1},
]
LAYERS = [
    ("nn.Conv1d(6, 4, 1, groups=4)", "divisible"),
    ("nn.Conv1d(4, 6, 1, groups=4)", "divisible"),
    ("nn.GroupNorm(3, 4)", "divisible"),
    ("nn.Dropout(-0.1)", "dropout probability"),
    ("nn.MultiheadAttention(8, 3)", "embed_dim must be divisible"),
    ("nn.MultiheadAttention(0, 1)", "greater than 0"),
    ("nn.Embedding(4, 2, padding_idx=-5)", "Padding_idx"),
    ("nn.Parameter(torch.empty(2, -1))", "negative dimension"),
]


@pytest.mark.parametrize(("config", "why"), REFUSED, ids=lambda one: str(one)[:60])
def test_what_is_refused_there_is_refused_here(config: dict[str, Any], why: str) -> None:
    with pytest.raises(BlueprintError, match=why):
        tensors(config)


@pytest.mark.parametrize("config", FINE, ids=lambda one: str(one)[:60])
def test_what_is_only_odd_is_built(config: dict[str, Any]) -> None:
    assert tensors(config).shapes


@pytest.mark.parametrize(("layer", "why"), LAYERS)
def test_layers_that_torch_does_not_make(layer: str, why: str) -> None:
    # In a repository's own code what cannot be built is unknown at that place; at the top it is the model.
    with pytest.raises(BlueprintError, match=why):
        tensors_of(CONFIG, tree_of(model_with(f"self.a = {layer}")))


VALIDATED = """
from dataclasses import dataclass
from huggingface_hub.dataclasses import strict
from transformers import PretrainedConfig

@strict(accept_kwargs=True)
class TinyConfig(PretrainedConfig):
    model_type = "tiny"
    hidden_size: int = 8
    num_hidden_layers: int = 2
    vocab_size: int = 16
    def validate_size(self):
        if self.hidden_size > 8:
            raise ValueError("too wide")
    def validate_cannot_be_followed(self):
        import numpy
        {}[numpy.float32(self.hidden_size)]
        raise ValueError(no_such_name)
"""


def test_only_what_a_validator_itself_raises_refuses() -> None:
    tree = tree_of(model_with("pass"), VALIDATED)
    assert list(tensors_of(CONFIG, tree).shapes) == ["embed.weight"]
    with pytest.raises(BlueprintError, match="too wide"):
        tensors_of({**CONFIG, "hidden_size": 9}, tree)
