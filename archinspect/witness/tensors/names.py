"""How checkpoints name the parts of a decoder: naming conventions, as data, for every architecture at once.

A name is a path of components. What a component means never depends on the architecture: each row
lists the spellings of one role. Where a spelling has two meanings (`dense`, `c_proj`, `out_proj`), the
role also asks for the module it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

TOKEN_EMBEDDINGS: Final = (
    "embed_tokens", "wte", "word_embeddings", "embed_in", "tok_embeddings", "token_embedding", "embeddings",
    "embedding", "embed", "tokens_embed",
    "word_embedding", "input_embedding",
)  # fmt: skip
HEADS: Final = ("lm_head", "embed_out", "output", "output_layer", "head", "unembed")
OTHER_HEADS: Final = ("score", "classifier", "v_head", "qa_outputs", "reward_head", "cls", "value_head")
"""Heads of classifiers and reward models, which have no output embedding to tie."""
FINAL_NORMS: Final = ("norm", "final_layernorm", "final_layer_norm", "ln_f", "norm_f", "final_norm", "ln_out")

ATTENTION: Final[Mapping[str, tuple[str, ...]]] = {
    "q": ("q_proj", "wq", "query", "q_lin", "q"),
    "k": ("k_proj", "wk", "key", "k_lin", "k"),
    "v": ("v_proj", "wv", "value", "v_lin", "v"),
    "qkv": ("qkv_proj", "query_key_value", "c_attn", "Wqkv", "wqkv", "qkv", "W_pack", "att_proj"),
    "o": ("o_proj", "out_proj", "dense", "wo", "c_proj", "out_lin", "o"),
}
LATENT: Final = ("kv_a_proj_with_mqa", "kv_b_proj", "kv_a_proj", "wkv_a", "wkv_b")
"""Projections of multi-head latent attention: keys and values come from a compressed vector."""
LATENT_QUERY: Final = ("q_b_proj", "wq_b")

DOWN: Final = ("down_proj", "w2", "fc2", "c_proj", "dense_4h_to_h", "fc_out", "wo", "linear2", "ff_out")
"""The matrix that leads out of a feed-forward, back to the hidden width."""
EXPERTS: Final = ("experts", "local_experts")
ROUTERS: Final = ("gate", "router")
SHARED_EXPERTS: Final = ("shared_expert", "shared_experts", "shared_mlp")

QUERY_NORMS: Final = (
    "q_norm",
    "query_norm",
    "q_layernorm",
    "query_layernorm",
    "q_ln",
    "norm_q",
    "query_layer_norm",
)
SUB_NORMS: Final = (
    "attn_sub_norm",
    "ffn_sub_norm",
    "inner_attn_ln",
    "ffn_layernorm",
    "sub_norm",
    "attn_ln",
    "ffn_ln",
)
NORM: Final = re.compile(r"norm|(^|_)ln(_|\d|$)", re.IGNORECASE)
"""A component that names a normalisation layer."""

DRAFT_MARKS: Final = ("eh_proj", "enorm", "hnorm", "shared_head")
"""Parts that only a layer for predicting further tokens has; it is not a layer of the decoder."""
NOT_SOFTMAX: Final = (
    "output_gate",
    "A_log",
    "dt_bias",
    "conv1d",
    "q_conv1d",
    "k_conv1d",
    "time_decay",
    "time_mix_k",
    "time_maa_k",
)
"""Parts of state-space, linear-attention and recurrent mixers, whose projections look like attention's."""
ATTENTION_LIKE: Final = re.compile(r"att")
"""In the name of a module: its experts, if it has some, are experts for attention, not feed-forwards."""
NOT_SELF_ATTENTION: Final = (
    "encoder_attn",
    "cross_attn",
    "crossattention",
    "EncDecAttention",
    "cross_attention",
)


def components(name: str) -> list[str]:
    """The path that a tensor name is."""
    return name.split(".")


def is_norm(component: str) -> bool:
    """Whether a component names a normalisation layer."""
    return NORM.search(component) is not None
