"""Small repositories with one thing wrong: what the rules say of them, through the whole data path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archinspect.modelling import Source, read_sources
from archinspect.pipeline import Options, report_on
from archinspect.records import Finding, Snapshot
from tests.witness.checkpoints import Shape, header_bytes, snapshot

CONFIG: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 64,
    "intermediate_size": 160,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "vocab_size": 100,
    "hidden_act": "silu",
    "max_position_embeddings": 2048,
    "rms_norm_eps": 1e-05,
    "rope_theta": 10000.0,
    "tie_word_embeddings": True,
    "torch_dtype": "bfloat16",
    "bos_token_id": 97,
    "eos_token_id": 98,
}
TEMPLATE = (
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
TOKENS = {"95": "<pad>", "96": "<|im_start|>", "97": "<s>", "98": "<|im_end|>", "99": "</s>"}
TOKENIZER: dict[str, Any] = {
    "added_tokens_decoder": {number: {"content": token} for number, token in TOKENS.items()},
    "bos_token": "<s>",
    "eos_token": "<|im_end|>",
    "pad_token": "<pad>",
    "chat_template": TEMPLATE,
    "model_max_length": 2048,
    "tokenizer_class": "PreTrainedTokenizerFast",
}
GENERATION: dict[str, Any] = {"bos_token_id": 97, "eos_token_id": [98]}


def tensors(layers: int = 2, **other: Shape | None) -> dict[str, Shape]:
    """The tensors of CONFIG; `other` changes shapes by the last parts of names, or removes them."""
    shapes: dict[str, Shape] = {"model.embed_tokens.weight": (100, 64), "model.norm.weight": (64,)}
    for number in range(layers):
        for name, shape in {
            "input_layernorm": (64,),
            "post_attention_layernorm": (64,),
            "self_attn.q_proj": (64, 64),
            "self_attn.k_proj": (32, 64),
            "self_attn.v_proj": (32, 64),
            "self_attn.o_proj": (64, 64),
            "mlp.gate_proj": (160, 64),
            "mlp.up_proj": (160, 64),
            "mlp.down_proj": (64, 160),
        }.items():
            shapes[f"model.layers.{number}.{name}.weight"] = shape
    for part, changed in other.items():
        for name in [name for name in shapes if part in name]:
            del shapes[name]
            if changed is not None:
                shapes[name] = changed
    return shapes


def header(shapes: Mapping[str, Shape], dtype: str = "BF16") -> bytes:
    """A header of tensors of one dtype."""
    return header_bytes({name: (dtype, shape) for name, shape in shapes.items()})


def repository(
    config: Mapping[str, Any] | None = None,
    tokenizer: Mapping[str, Any] | None = None,
    files: Mapping[str, Any] | None = None,
    headers: Mapping[str, bytes] | None = None,
    **further: Any,
) -> Snapshot:
    """A healthy repository with some keys changed; a key whose new value is None is removed."""
    made = {
        "config.json": _changed(CONFIG, config),
        "tokenizer_config.json": _changed(TOKENIZER, tokenizer),
        "generation_config.json": GENERATION,
        **(files or {}),
    }
    kept = {path: content for path, content in made.items() if content is not None}
    stored = {"model.safetensors": header(tensors())} if headers is None else headers
    listing = further.pop("listing", [])
    return snapshot(kept, stored, listing, **further)


def findings(at: Snapshot, with_source: bool = True) -> tuple[Finding, ...]:
    """Everything the rules say; without the source what they say of the files alone."""
    source = read_sources([at])[0] if with_source else Source()
    return report_on(at, source, Options()).findings


def said(rule: str, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
    """Severity and message of what one rule says of such a repository."""
    found = findings(repository(*args, **kwargs))
    assert all(one.evidence for one in found), found
    return [(one.severity, one.message) for one in found if one.rule == rule]


def _changed(base: Mapping[str, Any], changes: Mapping[str, Any] | None) -> dict[str, Any]:
    merged = {**base, **(changes or {})}
    return {key: value for key, value in merged.items() if value is not None}
