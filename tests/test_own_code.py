"""Repositories that bring their own modelling code: read at their files, never run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from archinspect import pipeline
from archinspect.names import Named
from archinspect.records import ModelReport, Target

CONFIGURATION = """
from transformers import PretrainedConfig

class TinyConfig(PretrainedConfig):
    model_type = "tiny"

    def __init__(self, width=48, depth=3, heads=4, vocab_size=96, **kwargs):
        self.width = width
        self.depth = depth
        self.heads = heads
        self.vocab_size = vocab_size
        super().__init__(**kwargs)
"""
MODELLING = """
import os
import torch
from torch import nn
from transformers import PreTrainedModel
from .configuration_tiny import TinyConfig

os.system("touch executed")

class TinyBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.norm = nn.LayerNorm(config.width)
        self.up = nn.Linear(config.width, 3 * config.width)
        self.down = nn.Linear(3 * config.width, config.width)

    def forward(self, hidden):
        return hidden + self.down(nn.functional.relu(self.up(self.norm(hidden))))

class TinyForCausalLM(PreTrainedModel):
    config_class = TinyConfig

    def __init__(self, config):
        super().__init__(config)
        self.embed = nn.Embedding(config.vocab_size, config.width)
        self.layers = nn.ModuleList([TinyBlock(config) for _ in range(config.depth)])
        self.head = nn.Linear(config.width, config.vocab_size, bias=False)

    def get_input_embeddings(self):
        return self.embed

    def get_output_embeddings(self):
        return self.head

    def forward(self, input_ids):
        hidden = self.embed(input_ids)
        for layer in self.layers:
            hidden = layer(hidden)
        return self.head(hidden)
"""
BESIDE = """
from torch import nn
from transformers import LlamaForCausalLM

class OwnForCausalLM(LlamaForCausalLM):
    def __init__(self, config):
        super().__init__(config)
        self.extra = nn.Linear(config.hidden_size, 8, bias=False)
"""
LLAMA = {
    "model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 64, "intermediate_size": 128,
    "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 100,
    "auto_map": {"AutoModelForCausalLM": "modeling_own.OwnForCausalLM"},
}  # fmt: skip
TINY = {
    "model_type": "tiny",
    "architectures": ["TinyForCausalLM"],
    "depth": 2,
    "auto_map": {
        "AutoConfig": "configuration_tiny.TinyConfig",
        "AutoModelForCausalLM": "modeling_tiny.TinyForCausalLM",
    },
}


def read(folder: Path, config: dict[str, Any], **sources: str) -> ModelReport:
    (folder / "config.json").write_text(json.dumps(config))
    for name, text in sources.items():
        (folder / f"{name}.py").write_text(text)
    (report,) = pipeline.read_models([Named(Target("mine", str(folder)), "local")], pipeline.Options())
    return report


def test_a_type_that_only_the_repository_knows_is_read_from_its_code(tmp_path: Path) -> None:
    report = read(tmp_path, TINY, configuration_tiny=CONFIGURATION, modeling_tiny=MODELLING)
    per_layer = 2 * 48 + (48 * 144 + 144) + (144 * 48 + 48)
    assert report.facts["parameters"].value["total"] == 2 * 96 * 48 + 2 * per_layer
    assert report.facts["vocab_size"].value == 96
    assert report.facts["modelling_code"].value == "repository"
    places = [
        item.location for fact in report.facts.values() for item in fact.evidence if item.basis == "code"
    ]
    assert any(place.startswith("modeling_tiny.py#L") for place in places)


def test_nothing_of_it_is_executed(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    read(tmp_path, TINY, configuration_tiny=CONFIGURATION, modeling_tiny=MODELLING)
    assert not (tmp_path / "executed").exists()


def test_code_beside_transformers_own_is_compared_with_it(tmp_path: Path) -> None:
    report = read(tmp_path, LLAMA, modeling_own=BESIDE)
    messages = [one.message for one in report.findings if one.rule == "own-code-differs"]
    assert len(messages) == 1 and "OwnForCausalLM" in messages[0]
    assert report.facts["modelling_code"].value == "transformers"


def test_the_class_a_checkpoint_names_is_read_where_only_the_repository_has_it(tmp_path: Path) -> None:
    without = read(tmp_path, LLAMA, modeling_own=BESIDE).facts["parameters"].value["model"]
    report = read(tmp_path, LLAMA | {"architectures": ["OwnForCausalLM"]}, modeling_own=BESIDE)
    assert report.facts["parameters"].value["model"] == without + 64 * 8
    assert "unknown-architecture-class" not in {one.rule for one in report.findings}
    assert report.facts["modelling_code"].value == "repository"


def test_a_config_without_a_model_type_is_read_by_its_own_code(tmp_path: Path) -> None:
    config = {key: value for key, value in TINY.items() if key != "model_type"}
    report = read(tmp_path, config, configuration_tiny=CONFIGURATION, modeling_tiny=MODELLING)
    assert report.facts["modelling_code"].value == "repository"
    assert report.facts["vocab_size"].value == 96
    assert "class-rejects-config" not in {one.rule for one in report.findings}


def test_code_that_refuses_the_config_is_a_finding(tmp_path: Path) -> None:
    broken = MODELLING.replace("config.width)\n        self.up", "config.nowhere)\n        self.up")
    report = read(tmp_path, TINY, configuration_tiny=CONFIGURATION, modeling_tiny=broken)
    (message,) = [one.message for one in report.findings if one.rule == "model-not-built"]
    assert "no attribute 'nowhere' (modeling_tiny.py#L13)" in message


def test_code_that_builds_the_same_is_no_finding(tmp_path: Path) -> None:
    same = BESIDE.replace("        self.extra = nn.Linear(config.hidden_size, 8, bias=False)\n", "")
    report = read(tmp_path, LLAMA, modeling_own=same)
    assert [one for one in report.findings if one.rule == "own-code-differs"] == []


def test_code_that_cannot_be_read_leaves_unknowns_and_the_rest_stands(tmp_path: Path) -> None:
    report = read(tmp_path, TINY, configuration_tiny=CONFIGURATION, modeling_tiny="class Broken(")
    assert report.snapshot.outcome == "read"
    assert not report.facts["parameters"].known
    assert report.facts["model_type"].value == "tiny"


LOST = "import odd\n" + MODELLING.replace("hidden + self.down", "odd.mix(hidden) + self.down").replace(
    "        return self.head\n", "        return None\n"
)
"""Layers that mix by what nobody can read, and no output head that anybody asks for."""


AGAIN = MODELLING.replace("in self.layers:", "in [*self.layers, *self.layers]:")


def with_keys(**defaults: Any) -> str:
    """The configuration with more keys and what its class supplies for them."""
    taken = "".join(f" {key}={value!r}," for key, value in defaults.items())
    kept = "".join(f"        self.{key} = {key}\n" for key in defaults)
    return CONFIGURATION.replace("vocab_size=96,", f"vocab_size=96,{taken}").replace(
        "        super()", f"{kept}        super()"
    )


def test_layers_that_cannot_be_followed_are_not_taken_for_attention(tmp_path: Path) -> None:
    keys = with_keys(num_hidden_layers=2, max_position_embeddings=64)
    source = LOST.replace("config.depth", "config.num_hidden_layers")
    facts = read(tmp_path, TINY, configuration_tiny=keys, modeling_tiny=source).facts
    assert facts["sliding_window"].unknown  # no key about windows, of which "full_attention" would follow
    assert facts["layer_types"].unknown and facts["kv_cache_bytes"].unknown


def test_what_keys_mean_in_transformers_is_not_assumed_of_own_code(tmp_path: Path) -> None:
    said = {"rope_theta": 10000.0, "num_attention_heads": 4, "num_key_value_heads": 4}
    facts = read(tmp_path, TINY | said, configuration_tiny=CONFIGURATION, modeling_tiny=LOST).facts
    for guess in (
        "rope_theta",
        "position_scheme",
        "rope_type",
        "rope_scaling",
        "attention_type",
        "num_experts",
    ):
        assert facts[guess].unknown, guess
    reading = LOST.replace(
        "        self.norm =", "        self.base = config.rope_theta\n        self.norm ="
    )
    facts = read(tmp_path, TINY | said, configuration_tiny=CONFIGURATION, modeling_tiny=reading).facts
    assert facts["rope_theta"].value == 10000.0  # stated, and read
    scaled = TINY | said | {"rope_type": "ntk"}
    facts = read(tmp_path, scaled, configuration_tiny=CONFIGURATION, modeling_tiny=LOST).facts
    assert facts["rope_type"].value == "ntk"
    assert facts["rope_type"].evidence[0].location == "config.json#/rope_type"


def test_a_head_that_is_not_there_is_not_tied_by_default(tmp_path: Path) -> None:
    keys = with_keys(tie_word_embeddings=True)
    headless = LOST.replace("return self.head(hidden)", "return hidden")
    facts = read(tmp_path, TINY, configuration_tiny=keys, modeling_tiny=headless).facts
    assert "no output head" in (facts["tie_word_embeddings"].unknown or "")


def test_layers_that_run_again_cache_more_than_their_number_says(tmp_path: Path) -> None:
    keys = with_keys(num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, head_dim=12)
    types = TINY | {"layer_types": ["full_attention"] * 2}
    facts = read(tmp_path, types, configuration_tiny=keys, modeling_tiny=AGAIN).facts
    assert facts["ffn_type"].value == "MLP(relu)"
    assert "layers.0 is called 2 times" in (facts["kv_cache_bytes"].unknown or "")


@pytest.mark.parametrize("stated", [{}, {"num_hidden_layers": 9}])
def test_a_key_that_the_code_never_reads_is_no_fact_of_the_model(tmp_path: Path, stated: Any) -> None:
    keys = with_keys(num_hidden_layers=2)
    fact = read(tmp_path, TINY | stated, configuration_tiny=keys, modeling_tiny=AGAIN).facts[
        "num_hidden_layers"
    ]
    value = stated.get("num_hidden_layers", 2)
    assert fact.unknown is not None and fact.unknown.startswith("layers.0 is called 2 times")
    assert fact.unknown.endswith(f"num_hidden_layers is {value}, but TinyForCausalLM never reads it")


@pytest.mark.parametrize("read_as", ["config.num_hidden_layers", "config.to_dict()['num_hidden_layers']"])
def test_a_key_that_the_code_reads_is_one(tmp_path: Path, read_as: str) -> None:
    source = AGAIN.replace("config.depth", read_as)
    keys = with_keys(num_hidden_layers=2)
    facts = read(tmp_path, TINY, configuration_tiny=keys, modeling_tiny=source).facts
    assert facts["num_hidden_layers"].value == 2


def test_a_key_that_no_constructor_reads_is_no_fact_where_the_forward_cannot_be_followed(
    tmp_path: Path,
) -> None:
    said = TINY | {"hidden_act": "silu", "rms_norm_eps": 1e-3}
    insists = (
        "def forward(self, input_ids, mask=None):\n        if mask is None:\n            raise ValueError\n"
    )
    lost = MODELLING.replace("def forward(self, input_ids):\n", insists)
    facts = read(tmp_path, said, configuration_tiny=CONFIGURATION, modeling_tiny=lost).facts
    for name in ("activation", "norm_eps"):
        assert "what could be followed of TinyForCausalLM never reads it" in (facts[name].unknown or ""), name
    reading = lost.replace("LayerNorm(config.width)", "LayerNorm(config.width, config.rms_norm_eps)")
    facts = read(tmp_path, said, configuration_tiny=CONFIGURATION, modeling_tiny=reading).facts
    assert facts["norm_eps"].value == 1e-3 and facts["norm_eps"].evidence[0].basis == "stated"


def test_heads_that_no_layer_has_are_not_taken_from_keys(tmp_path: Path) -> None:
    stated = TINY | {"num_attention_heads": 4, "head_dim": 12}
    keys = with_keys(num_attention_heads=4, head_dim=12)
    facts = read(tmp_path, stated, configuration_tiny=keys, modeling_tiny=MODELLING).facts
    assert facts["attention_type"].value == "none"
    for name in (
        "num_attention_heads",
        "head_dim",
        "norm_placement",
        "sub_norm",
        "qk_norm",
        "attention_bias",
    ):
        assert (facts[name].unknown or "").startswith("no layer runs softmax attention")


@pytest.mark.parametrize(("stated", "known"), [(500, None), (144, 144), (72, 72), (48, None)])
def test_a_stated_width_that_no_parameter_has_is_no_width(tmp_path: Path, stated: int, known: Any) -> None:
    config = TINY | {"intermediate_size": stated}
    keys = with_keys(intermediate_size=stated, hidden_size=48)
    source = LOST.replace(
        "        self.norm =", "        self.wide = config.intermediate_size\n        self.norm ="
    )
    fact = read(tmp_path, config, configuration_tiny=keys, modeling_tiny=source).facts["intermediate_size"]
    assert (fact.value, fact.known) == (known, known is not None)


@pytest.mark.parametrize(("rows", "known"), [("config.block_size", 24), ("2 * config.block_size", None)])
def test_block_size_is_the_ceiling_where_a_table_of_positions_has_as_many_rows(
    tmp_path: Path, rows: str, known: Any
) -> None:
    source = MODELLING.replace(
        "        self.head =",
        f"        self.places = nn.Embedding({rows}, config.width)\n        self.head =",
    ).replace(
        "hidden = self.embed(input_ids)",
        "hidden = self.embed(input_ids) + self.places(torch.arange(input_ids.shape[1]))",
    )
    config = TINY | {"block_size": 24}
    keys = with_keys(block_size=1024)
    facts = read(tmp_path, config, configuration_tiny=keys, modeling_tiny=source).facts
    assert facts["position_scheme"].value == "learned"
    assert facts["max_position_embeddings"].value == known


def test_one_expert_is_none(tmp_path: Path) -> None:
    said = {"num_experts": 1, "num_experts_per_tok": 1}
    facts = read(tmp_path, TINY | said, configuration_tiny=CONFIGURATION, modeling_tiny=LOST).facts
    for name in ("num_experts", "num_experts_per_token", "moe_layers"):
        assert (facts[name].value, facts[name].unknown) == (None, None)


def test_a_config_whose_keys_pass_through_what_is_not_known_is_not_its_defaults(tmp_path: Path) -> None:
    lost = CONFIGURATION.replace("from transformers", "from elsewhere import checked\nfrom transformers", 1)
    inherited = (
        "\n\nclass CheckedConfig(TinyConfig):\n    def __init__(self, **kwargs):\n"
        "        super().__init__(**checked(kwargs))\n"
    )
    auto = {**TINY["auto_map"], "AutoConfig": "configuration_tiny.CheckedConfig"}
    told = read(
        tmp_path, TINY | {"auto_map": auto}, configuration_tiny=lost + inherited, modeling_tiny=MODELLING
    )
    assert not told.facts["parameters"].known and not told.facts["num_hidden_layers"].known
    assert [
        one.rule for one in told.findings if "CheckedConfig takes keys that cannot be known" in one.message
    ] == [
        "model-not-built"  # not class-rejects-config: what cannot be read refuses nothing
    ]


def test_layers_that_share_keys_and_values_cache_none_of_their_own(tmp_path: Path) -> None:
    config = {
        "model_type": "gemma3n_text", "architectures": ["Gemma3nForCausalLM"], "num_hidden_layers": 4,
        "num_kv_shared_layers": 2, "layer_types": ["sliding_attention", "full_attention"] * 2,
        "hidden_size": 64, "intermediate_size": 64, "num_attention_heads": 4, "num_key_value_heads": 2,
        "head_dim": 16, "sliding_window": 32, "vocab_size": 64, "vocab_size_per_layer_input": 64,
        "laurel_rank": 8, "hidden_size_per_layer_input": 8, "activation_sparsity_pattern": [0.0] * 4,
    }  # fmt: skip
    cost = read(tmp_path, config).facts["kv_cache_bytes"]
    each = 2 * 2 * 16 * 2
    assert cost.value["per_token"] == 2 * each
    assert cost.value["at"]["4096"] == each * (32 + 4096)
