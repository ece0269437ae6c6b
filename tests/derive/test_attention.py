"""Heads, windows and layer types from config keys."""

from __future__ import annotations

import pytest

from tests.conftest import config_bytes, facts_of


def test_qwen3_writes_a_head_dim_that_is_not_the_quotient() -> None:
    facts = facts_of(config_bytes("Qwen/Qwen3-0.6B"))
    assert facts["head_dim"].value == 128
    assert facts["hidden_size"].value // facts["num_attention_heads"].value == 64


def test_without_a_head_dim_key_no_quotient_is_guessed() -> None:
    fact = facts_of(config_bytes("meta-llama/Llama-2-7b-hf"))["head_dim"]
    assert not fact.known and "head_dim" in (fact.unknown or "")


def test_gemma_3_4b_takes_heads_from_the_class_and_says_so() -> None:
    facts = facts_of(config_bytes("google/gemma-3-4b-it"), with_class=True)
    found = {name: facts[name] for name in ("num_attention_heads", "num_key_value_heads", "head_dim")}
    assert [fact.value for fact in found.values()] == [8, 4, 256]
    for name, fact in found.items():
        assert fact.evidence[0].basis == "default"
        assert fact.evidence[0].location.endswith(f":Gemma3TextConfig.{name}")


def test_gemma_3_alternates_five_local_layers_and_one_global() -> None:
    windows = facts_of(config_bytes("google/gemma-3-4b-it"), with_class=True)["sliding_window"].value
    assert windows[:12] == ([1024] * 5 + [None]) * 2
    assert len(windows) == 34


def test_a_window_as_long_as_the_context_is_none() -> None:
    facts = facts_of(config_bytes("microsoft/Phi-4-mini-instruct"), with_class=True)
    assert set(facts["sliding_window"].value) == {None}
    assert set(facts["layer_types"].value) == {"full_attention"}
    assert facts["sliding_window"].evidence[0].raw == 262144


def test_a_window_that_the_class_switches_off_is_resolved_with_before_and_after() -> None:
    fact = facts_of(config_bytes("Qwen/Qwen2.5-7B"), with_class=True)["sliding_window"]
    assert set(fact.value) == {None}
    assert fact.evidence[0].basis == "resolved"
    assert fact.evidence[0].raw == {"before": 131072, "after": None}


def test_a_window_under_a_type_nobody_knows_is_unknown() -> None:
    fact = facts_of({"model_type": "new", "num_hidden_layers": 2, "sliding_window": 64})["sliding_window"]
    assert not fact.known


@pytest.mark.parametrize(
    ("heads", "key_value", "kind"),
    [(32, 32, "MHA"), (32, 8, "GQA"), (8, 1, "MQA"), (1, 1, "MHA")],
)
def test_attention_type_follows_the_heads(heads: int, key_value: int, kind: str) -> None:
    facts = facts_of({"num_attention_heads": heads, "num_key_value_heads": key_value})
    assert facts["attention_type"].value == kind
    assert facts["num_key_value_groups"].value == heads // key_value


def test_heads_that_cannot_be_shared_out_give_no_groups() -> None:
    facts = facts_of({"num_attention_heads": 10, "num_key_value_heads": 4})
    assert "10 query heads" in (facts["num_key_value_groups"].unknown or "")


@pytest.mark.parametrize("spelling", ["n_head_kv", "n_kv_heads", "multi_query_group_num"])
def test_other_spellings_are_read_and_cited_as_written(spelling: str) -> None:
    fact = facts_of({spelling: 2})["num_key_value_heads"]
    assert fact.value == 2
    assert fact.evidence[0].location == f"config.json#/{spelling}"


def test_null_is_not_absent() -> None:
    fact = facts_of({"n_head_kv": None})["num_key_value_heads"]
    assert "null" in (fact.unknown or "")


@pytest.mark.parametrize("value", [-8, 0, "8", 8.0, 1e30, True, [], {}])
def test_a_value_that_is_no_count_is_unknown_and_quoted(value: object) -> None:
    fact = facts_of({"num_attention_heads": value})["num_attention_heads"]
    assert not fact.known
    assert "config.json#/num_attention_heads" in (fact.unknown or "")


def test_nan_is_refused_with_its_place() -> None:
    fact = facts_of('{"attn_logit_softcapping": NaN}')["attention_logit_softcapping"]
    assert "expected a finite number" in (fact.unknown or "")


def test_latent_attention_is_not_told_by_counting_heads() -> None:
    fact = facts_of({"num_attention_heads": 8, "num_key_value_heads": 8, "kv_lora_rank": 64})[
        "attention_type"
    ]
    assert not fact.known and "kv_lora_rank" in (fact.unknown or "")
    assert facts_of({"num_attention_heads": 8, "num_key_value_heads": 8})["attention_type"].value == "MHA"
