"""The spellings under which configs in the wild write one and the same quantity.

Data, not behaviour: a spelling is looked up only when those before it are absent. A config class
that maps names itself (`attribute_map`) comes first. Where two meanings share a spelling it is left
out: a wrong reading is worse than an unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SPELLINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "hidden_size": ("n_embd", "n_embed", "d_model", "model_dim", "dim"),
    "num_hidden_layers": ("n_layer", "n_layers", "num_layers", "decoder_layers"),
    "num_attention_heads": ("n_head", "n_heads", "num_heads", "decoder_attention_heads"),
    "num_key_value_heads": ("n_head_kv", "n_kv_heads", "num_kv_heads", "multi_query_group_num"),
    "head_dim": ("kv_channels", "attention_head_dim", "d_head", "head_size", "d_kv"),
    "intermediate_size": ("n_inner", "ffn_hidden_size", "ffn_dim", "d_ff", "decoder_ffn_dim"),
    "max_position_embeddings": (
        "n_positions",
        "max_sequence_length",
        "max_seq_len",
        "max_seq_length",
        "seq_length",
        "n_ctx",
    ),
    "vocab_size": ("padded_vocab_size", "n_vocab"),
    "hidden_act": ("activation_function", "hidden_activation", "act_fn"),
    "rms_norm_eps": ("layer_norm_epsilon", "layer_norm_eps", "norm_eps", "layernorm_epsilon", "norm_epsilon"),
    "rope_theta": ("rotary_emb_base", "rotary_base"),
    "partial_rotary_factor": ("rotary_pct", "rope_pct"),
    "rotary_dim": (),
    "num_experts": ("num_local_experts", "n_routed_experts", "moe_num_experts"),
    "num_experts_per_tok": ("num_experts_per_token", "moe_topk", "moe_k"),
    "num_shared_experts": ("n_shared_experts", "moe_num_shared_experts"),
    "moe_intermediate_size": (),
    "attn_logit_softcapping": ("attention_logit_softcapping",),
    "final_logit_softcapping": (),
}

TEXT_CONFIG_KEYS: Final = ("text_config", "llm_config", "language_config", "thinker_config", "decoder")
"""Where a multimodal config keeps its language model's, in the order in which they are tried."""


def spellings(key: str) -> tuple[str, ...]:
    """The key itself, then its other spellings."""
    return (key, *SPELLINGS.get(key, ()))
