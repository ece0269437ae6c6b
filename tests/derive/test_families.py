"""Identity, vocabulary, feed-forward and cost from config keys."""

from __future__ import annotations

from tests.conftest import config_bytes, facts_of


def test_a_tie_is_stated_default_or_nested() -> None:
    stated = facts_of(config_bytes("microsoft/Phi-4-mini-instruct"), with_class=True)
    default = facts_of(config_bytes("google/gemma-2-2b"), with_class=True)
    nested = facts_of({"text_config": {"tie_word_embeddings": True}, "model_type": "new"})
    values = [facts["tie_word_embeddings"] for facts in (stated, default, nested)]
    assert [fact.value for fact in values] == [True, True, True]
    assert [fact.evidence[0].basis for fact in values] == ["stated", "default", "stated"]
    assert values[2].evidence[0].location == "config.json#/text_config/tie_word_embeddings"


def test_a_root_flag_against_a_nested_one_is_a_disagreement() -> None:
    facts = facts_of({"tie_word_embeddings": False, "text_config": {"tie_word_embeddings": True}})
    fact = facts["tie_word_embeddings"]
    assert fact.value is False
    assert [reading.value for reading in fact.disagreements] == [True]


def test_gemma_runs_the_tanh_form_whatever_the_legacy_key_says() -> None:
    fact = facts_of(config_bytes("google/gemma-2b"), with_class=True)["activation"]
    assert fact.value == "gelu_tanh"


def test_an_activation_nobody_knows_is_shown_as_found() -> None:
    assert facts_of({"hidden_act": "wavelet"})["activation"].value == "wavelet"


def test_spellings_of_one_function_are_one() -> None:
    assert facts_of({"hidden_act": "swish"})["activation"].value == "silu"
    assert facts_of({"hidden_act": "swiglu"})["activation"].value == "silu"


def test_an_unknown_type_has_no_feed_forward_width_from_its_key() -> None:
    facts = facts_of(config_bytes("Qwen/Qwen-7B"), with_class=True)
    assert facts["hidden_size"].value == 4096
    assert not facts["intermediate_size"].known
    assert facts["modelling_code"].value == "repository"


def test_quantisation_is_stated_or_known_to_be_none() -> None:
    facts = facts_of(config_bytes("microsoft/bitnet-b1.58-2B-4T"))
    assert facts["quantization"].value == {"method": "bitnet", "bits": None}
    none = facts_of(config_bytes("microsoft/phi-2"))["quantization"]
    assert none.known and none.value is None


def test_the_cache_honours_windows() -> None:
    cost = facts_of(config_bytes("google/gemma-3-1b-it"), with_class=True)["kv_cache_bytes"].value
    one_layer = 2 * 1 * 256 * 2
    assert cost["per_token"] == 26 * one_layer
    assert cost["at"]["32768"] == 22 * 512 * one_layer + 4 * 32768 * one_layer


def test_everything_about_the_hub_is_unknown_without_it() -> None:
    facts = facts_of({"model_type": "llama"})
    assert not facts["license"].known and "model info" in (facts["license"].unknown or "")


def test_a_fact_has_evidence_or_a_reason() -> None:
    for config in ({}, {"model_type": "llama"}):
        for fact in facts_of(config, with_class=True).values():
            assert bool(fact.evidence) if fact.known else bool(fact.unknown), fact


def test_experts_in_a_block_of_their_own_are_not_taken_for_none() -> None:
    config = {"model_type": "dbrx", "attn_config": {"kv_n_heads": 2}}
    for block in ({}, {"ffn_config": {"moe_num_experts": 4, "moe_top_k": 2}}):
        facts = facts_of(config | block, with_class=True)
        assert not facts["num_experts"].known and not facts["moe_layers"].known
