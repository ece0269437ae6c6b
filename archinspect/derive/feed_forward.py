"""Feed-forward: activation, gate, bias, experts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from archinspect.derive._answers import computed, if_read, mapped
from archinspect.derive._config_only import class_has_none
from archinspect.derive._engine import fact
from archinspect.records import Answer, Config, Fact, Json, Reading, Testimony, Unknown

ONE_SPELLING: Final = {
    "swish": "silu",
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "gelu_fast": "gelu_tanh",
    "gelu_python_tanh": "gelu_tanh",
    "gelu_accurate": "gelu_tanh",
    "gelu_python": "gelu",
    "relu_squared": "relu2",
    "swiglu": "silu",
}
"""Spellings of one function, as transformers' ACT2FN computes them (activations.py), and the gated unit that
is named for its function.
"""

GATED_NAMES: Final = {
    "silu": "SwiGLU",
    "gelu": "GeGLU",
    "gelu_tanh": "GeGLU",
    "quick_gelu": "GeGLU",
    "relu": "ReGLU",
    "relu2": "ReLU2GLU",
}


@fact
def activation(config: Config, code: Testimony) -> Iterator[Answer]:
    """The feed-forward's non-linearity, one spelling per function; the one that runs."""
    yield from code.says("activation")
    # A class that has `hidden_activation` beside a legacy `hidden_act` runs the former (Gemma).
    newer = config.text.effective.get("hidden_activation") is not None
    key = "hidden_activation" if newer else "hidden_act"
    for answer in if_read(config.string(key), "activation", config, code, key):
        yield mapped(one_spelling, answer)


@fact
def ffn_gated(code: Testimony, tensors: Testimony) -> Iterator[Answer]:
    """Whether one projection's activation multiplies another projection."""
    yield from code.says("ffn_gated")
    yield from tensors.says("ffn_gated")
    yield Unknown("no key says; a gate may be hidden in a fused projection")


@fact
def ffn_type(activation: Fact, ffn_gated: Fact) -> Iterator[Answer]:
    """SwiGLU, GeGLU, ReGLU, ReLU2GLU, or MLP(activation)."""
    yield computed(_ffn_type, activation, ffn_gated)


@fact
def mlp_bias(code: Testimony, tensors: Testimony) -> Iterator[Answer]:
    """Whether the feed-forward's projections have a bias."""
    yield from code.says("mlp_bias")
    yield from tensors.says("mlp_bias")
    yield Unknown("only the modelling source or the tensors say")


@fact
def num_experts(config: Config, code: Testimony, tensors: Testimony) -> Iterator[Answer]:
    """Routed experts of a layer; null when the model is dense."""
    yield from code.says("num_experts")
    yield from tensors.says("num_experts")
    yield from _expert_key(config, "num_experts")


@fact
def num_experts_per_token(config: Config, code: Testimony) -> Iterator[Answer]:
    """Routed experts that one token passes through; null when dense."""
    yield from code.says("num_experts_per_token")
    yield from _expert_key(config, "num_experts_per_tok")


@fact
def num_shared_experts(config: Config, code: Testimony) -> Iterator[Answer]:
    """Experts that every token passes through; null when dense."""
    yield from code.says("num_shared_experts")
    yield from _expert_key(config, "num_shared_experts")


@fact
def moe_layers(config: Config, code: Testimony) -> Iterator[Answer]:
    """Indices of the layers with experts; null when dense."""
    yield from code.says("moe_layers")
    yield from _expert_key(config, "")


@fact
def moe_intermediate_size(config: Config, code: Testimony) -> Iterator[Answer]:
    """Width inside one expert; null when dense."""
    yield from code.says("moe_intermediate_size")
    yield from _expert_key(config, "moe_intermediate_size")


def one_spelling(name: Json) -> Json:
    """The contract's spelling of an activation; a name nobody knows is shown as found."""
    return ONE_SPELLING.get(name, name) if isinstance(name, str) else name


def _ffn_type(activation: str, gated: bool) -> str:
    if not gated:
        return f"MLP({activation})"
    return GATED_NAMES.get(activation, f"GLU({activation})")


def _one_expert(config: Config) -> Reading | None:
    """A single "expert" is no choice: the model is dense."""
    for answer in config.integer("num_experts", minimum=0):
        if isinstance(answer, Reading) and isinstance(answer.value, int) and answer.value <= 1:
            return Reading(None, answer.evidence)
    return None


def _expert_key(config: Config, key: str) -> Iterator[Answer]:
    if none := class_has_none(config, "expert", "moe") or _one_expert(config):
        yield none
    elif key:
        yield from config.integer(key, minimum=0)
    yield Unknown("the config speaks of experts; which layers have them, the modelling source says")
