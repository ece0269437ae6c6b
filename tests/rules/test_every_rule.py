"""Each rule finds what it is for, and says nothing of a healthy repository.

One row per thing that can be wrong: the rule, what is changed in a healthy repository, the severity and
a part of the message.
"""

from typing import Any

import pytest
from msgspec.structs import replace

from archinspect.records import Failure, Origin
from archinspect.rules import all_rules
from tests.rules.world import (
    CONFIG,
    GENERATION,
    TEMPLATE,
    TOKENIZER,
    findings,
    header,
    repository,
    said,
    tensors,
)
from tests.witness.checkpoints import header_bytes

INDEX = "model.safetensors.index.json"
SHARD = "model-00001-of-00001.safetensors"
WITH_HEAD = {**tensors(), "lm_head.weight": (100, 64)}
LONGROPE = {"type": "longrope", "short_factor": [1.0] * 8, "long_factor": [1.0] * 8}
NOBODYS = {"model_type": "nobody", "architectures": ["NobodyForCausalLM"]}
PHI3 = {"model_type": "phi3", "architectures": ["Phi3ForCausalLM"], "original_max_position_embeddings": 1024}


def stored(shapes: Any, dtype: str = "BF16") -> dict[str, bytes]:
    return {"model.safetensors": header(shapes, dtype)}


def indexed(names: Any, shapes: Any = None, **further: Any) -> dict[str, Any]:
    files = {INDEX: {"metadata": {}, "weight_map": dict.fromkeys(names, SHARD)}}
    return {"files": files, "headers": {SHARD: header(shapes)} if shapes else {}, **further}


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("eos-mismatch", {"files": {"generation_config.json": {"eos_token_id": 99}}}, "warning", "only at 99"),
    (
        "eos-mismatch",
        {"config": {"eos_token_id": 99}},
        "note",
        "takes the end from config.json (99) runs on; generation_config.json has it right",
    ),
    (
        "eos-mismatch",
        {"tokenizer": {"chat_template": None}, "config": {"eos_token_id": 97}},
        "warning",
        "config.json ends at 97, generation_config.json, which generation follows, at 98",
    ),
    ("special-id-out-of-range", {"config": {"eos_token_id": [98, 100]}}, "error", "eos_token has the id 100"),
    ("special-id-out-of-range", {"config": {"pad_token_id": -1}}, "warning", "pad_token has the id -1"),
    ("pad-is-eos", {"tokenizer": {"pad_token": "<|im_end|>"}}, "note", "both '<|im_end|>' (98)"),
    (
        "tokenizer-exceeds-embedding",
        {
            "tokenizer": {
                "added_tokens_decoder": {**TOKENIZER["added_tokens_decoder"], "100": {"content": "<x>"}}
            }
        },
        "warning",
        "no row for '<x>' (100)",
    ),
    ("tie-contradicted", {"config": {"tie_word_embeddings": False}}, "error", "stores no output head"),
    (
        "lm-head-stored-though-tied",
        {"headers": stored(WITH_HEAD)},
        "note",
        "loading replaces by the input embedding",
    ),
    (
        "projection-shape",
        {"config": {"num_attention_heads": 8}},
        "error",
        "q projection is 64 wide, but 8 heads",
    ),
    ("projection-shape", {"config": {"num_key_value_heads": 4}}, "error", "k projection is 32 wide"),
    (
        "parameter-total",
        {"config": {"intermediate_size": 176}},
        "warning",
        "the code builds 98,880 parameters, the checkpoint holds 92,736",
    ),
    (
        "parameter-total",
        {"hub": {"safetensors": {"total": 5}}},
        "note",
        "the Hub shows 5 parameters, the headers hold 92,736",
    ),
    (
        "parameter-total",
        {
            "files": {INDEX: {"metadata": {"total_size": 7}, "weight_map": dict.fromkeys(tensors(), SHARD)}},
            "headers": {SHARD: header(tensors())},
        },
        "note",
        "the index states 7 bytes of tensors, the headers hold 185,472",
    ),
    (
        "context-inconsistent",
        {
            "config": {
                "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 1024}
            }
        },
        "warning",
        "max_position_embeddings is 2048, but yarn extends to 1024 x 4 = 4096",
    ),
    ("context-inconsistent", {"tokenizer": {"model_max_length": 4096}}, "note", "cuts texts at 4096 tokens"),
    (
        "rope-factor-length",
        {"config": {**NOBODYS, "rotary_dim": 16, "rope_scaling": {**LONGROPE, "short_factor": [1.0] * 7}}},
        "error",
        "short_factor has 7 entries for 16 rotated dimensions, expected 8",
    ),
    (
        "layer-list-length",
        {"config": {"layer_types": ["full_attention"] * 3}},
        "error",
        "3 entries for 2 layers",
    ),
    (
        "layer-list-length",
        {"config": {"mlp_only_layers": [0, 2]}},
        "error",
        "names layer 2, but there are layers 0 to 1",
    ),
    (
        "window-without-effect",
        {
            "config": {
                "model_type": "mistral",
                "architectures": ["MistralForCausalLM"],
                "sliding_window": 4096,
            }
        },
        "note",
        "sliding_window 4096 has no effect: the context ends at 2048",
    ),
    (
        "inert-key",
        {"config": {"max_window_layers": 2}},
        "note",
        "max_window_layers is 2, but no layer has a window",
    ),
    (
        "inert-key",
        {"config": {"attention_softcap_scale": 30.0}},
        "note",
        "attention_softcap_scale is 30.0, but LlamaForCausalLM never reads it",
    ),
    (
        "misspelt-key",
        {"config": {"num_key_value_head": 2, "num_key_value_heads": None}},
        "warning",
        "num_key_value_head is not a key of LlamaConfig; num_key_value_heads stays at",
    ),
    (
        "auto-map-missing-file",
        {"config": {"model_type": "nobody_knows", "auto_map": {"AutoConfig": "configuration_x.X"}}},
        "error",
        "auto_map.AutoConfig names configuration_x.py, which the repository lacks",
    ),
    (
        "auto-map-missing-file",
        {"config": {"auto_map": {"AutoConfig": "configuration_x.X"}}},
        "note",
        "configuration_x.py",
    ),
    (
        "auto-map-missing-file",
        {"config": {"auto_map": {"AutoTokenizer": "Xenova/gpt-4o"}}},
        "note",
        "no module and class",
    ),
    (
        "needs-remote-code",
        {"config": {"model_type": "nobody_knows", "auto_map": {"AutoConfig": "configuration_x.X"}}},
        "warning",
        "brings its own code",
    ),
    (
        "dtype-mismatch",
        {"headers": stored(tensors(), "F32")},
        "warning",
        "100% of the elements are stored as F32",
    ),
    (
        "template-missing",
        {"tokenizer": {"chat_template": None}},
        "warning",
        "eos_token is '<|im_end|>', which ends a turn, but there is no chat template",
    ),
    (
        "template-conflict",
        {"files": {"chat_template.jinja": TEMPLATE.replace("assistant", "model")}},
        "warning",
        "render the same conversation differently",
    ),
    ("template-conflict", {"files": {"chat_template.jinja": "{# x #}" + TEMPLATE}}, "note", "render alike"),
    ("template-broken", {"tokenizer": {"chat_template": "{% if %}"}}, "error", "TemplateSyntaxError"),
    ("template-broken", {"tokenizer": {"chat_template": 7}}, "error", "is int, expected a template"),
    (
        "template-doubles-bos",
        {"tokenizer": {"chat_template": TEMPLATE.replace("{{ '<|", "{{ bos_token + '<|")}},
        "warning",
        "writes '<s>' 4 times",
    ),
    (
        "template-hidden-text",
        {"tokenizer": {"chat_template": "Answer briefly and politely.\n" + TEMPLATE}},
        "note",
        "writes 'Answer briefly and politely.'",
    ),
    (
        "chat-template-impure",
        {"tokenizer": {"chat_template": "{{ strftime_now('%d %b') }}" + TEMPLATE}},
        "note",
        "today's date",
    ),
    (
        "chat-template-impure",
        {"tokenizer": {"chat_template": "{{ [1, 2] | random }}" + TEMPLATE}},
        "note",
        "chosen at random",
    ),
    (
        "generation-config-missing",
        {"files": {"generation_config.json": None}},
        "note",
        "no generation_config.json",
    ),
    (
        "unknown-architecture-class",
        {"config": {"architectures": ["LlamaForCasualLM"]}},
        "warning",
        "CasualLM",
    ),
    (
        "index-shard-missing",
        {
            "files": {INDEX: {"weight_map": dict.fromkeys(tensors(), SHARD) | {"x": "y.safetensors"}}},
            "headers": {SHARD: header(tensors())},
        },
        "error",
        "places 1 tensors in y.safetensors, which the repository lacks",
    ),
    (
        "index-shard-missing",
        indexed(tensors()),
        "note",
        "the folder has none of the 1 files with weights",
    ),
    ("index-shard-missing", indexed([*tensors(), "x"], tensors()), "error", f"{SHARD} lacks x"),
    ("index-shard-missing", indexed(list(tensors())[1:], tensors()), "warning", "loading skips it"),
    (
        "model-not-built",
        {"config": {"hidden_act": "nobody_knows"}},
        "warning",
        "nothing was built: the model of type 'llama': the source refuses it: KeyError",
    ),
    (
        "model-not-built",
        {"config": {"model_type": "llamma"}},
        "warning",
        "model type 'llamma' is not in transformers",
    ),
    ("class-rejects-config", {"config": {"rope_scaling": 5}}, "error", "refuses config.json"),
    (
        "class-rejects-config",
        {"config": {**PHI3, "rope_scaling": {**LONGROPE, "short_factor": [1.0] * 7}}},
        "error",
        "short_factor field must have length 8",
    ),
    (
        "class-rewrites-value",
        {"config": {"model_type": "gemma", "architectures": ["GemmaForCausalLM"], "hidden_act": "gelu"}},
        "note",
        "hidden_act is 'gelu' in config.json",
    ),
    (
        "witnesses-disagree",
        {"config": {"intermediate_size": 176}},
        "warning",
        "intermediate_size is",
    ),
    ("witnesses-disagree", {"config": {"num_hidden_layers": 3}}, "warning", "num_hidden_layers is"),
    (
        "blueprint-header-mismatch",
        {"headers": stored(tensors(q_proj=None))},
        "error",
        "the code builds 2 tensors (model.layers.N.self_attn.q_proj.weight), which the checkpoint lacks",
    ),
    (
        "blueprint-header-mismatch",
        {"headers": stored({**tensors(), "model.layers.0.self_attn.q_norm.weight": (16,)})},
        "warning",
        "stores 1 tensor (model.layers.N.self_attn.q_norm.weight), which the code does not build",
    ),
    (
        "blueprint-header-mismatch",
        {"headers": stored(tensors(o_proj=(64, 48)))},
        "error",
        "o_proj.weight is [64, 48] in the checkpoint, [64, 64] by the code",
    ),
    (
        "file-malformed",
        {"headers": {"model.safetensors": b"{"}},
        "error",
        "model.safetensors: the header is not JSON",
    ),
    (
        "file-malformed",
        {"files": {"tokenizer_config.json": b"[]"}},
        "error",
        "tokenizer_config.json: holds a list",
    ),
    (
        "file-malformed",
        {"files": {"config.json": b'{"model_type": "llama", "model_type": "llama"}'}},
        "warning",
        "writes 'model_type' twice",
    ),
    (
        "file-malformed",
        {"headers": {"model.safetensors": b'{"t": {"dtype": "Q3", "shape": [1], "data_offsets": [0, 1]}}'}},
        "warning",
        "uses dtypes that the safetensors format does not define: Q3",
    ),
]


@pytest.mark.parametrize(("rule", "changes", "severity", "part"), WRONG, ids=lambda value: str(value)[:40])
def test_finds(rule: str, changes: dict[str, Any], severity: str, part: str) -> None:
    assert [
        (level, message) for level, message in said(rule, **changes) if level == severity and part in message
    ]


def test_a_healthy_repository_is_silent() -> None:
    assert findings(repository()) == ()


def test_every_rule_has_a_failing_example() -> None:
    elsewhere = {"mirror-differs", "own-code-differs"}  # the latter in tests/test_own_code.py
    assert {row[0] for row in WRONG} | elsewhere == set(all_rules())


def test_mirror_differs() -> None:
    at = repository()
    for equal, expected in ((False, 1), (True, 0), (None, 0)):
        origin = Origin("mirror", "other/model", equals_official=equal)
        found = findings(replace(at, origin=origin))
        assert sum(one.rule == "mirror-differs" for one in found) == expected


def test_a_file_that_was_not_fetched_is_no_finding() -> None:
    failure = Failure("offline", "model.safetensors: no answer in time")
    at = repository(headers={}, listing=["model.safetensors"], problems={"model.safetensors": failure})
    assert [one for one in findings(at) if one.rule == "file-malformed"] == []


def test_wrappers_state_the_tie_twice() -> None:
    text = {key: value for key, value in CONFIG.items() if key != "architectures"}
    config = {
        "model_type": "llava",
        "architectures": ["LlavaForConditionalGeneration"],
        "tie_word_embeddings": True,
        "text_config": {**text, "tie_word_embeddings": False},
    }
    found = findings(repository(files={"config.json": config}, headers={}))
    assert any(
        one.rule == "tie-contradicted" and "true at the root and false in text_config" in one.message
        for one in found
    )


def test_packed_weights_are_no_dtype_mismatch() -> None:
    config = {"quantization_config": {"quant_method": "bitnet"}}
    packed = {name: ("U8" if "proj" in name else "BF16", shape) for name, shape in tensors().items()}
    assert said("dtype-mismatch", config, headers={"model.safetensors": header_bytes(packed)}) == []


def test_generation_config_with_further_ends_is_healthy() -> None:
    ends = {**GENERATION, "eos_token_id": [98, 99]}
    assert said("eos-mismatch", files={"generation_config.json": ends}) == []
