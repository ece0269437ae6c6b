"""Rotation in both spellings, per layer kind, and layers without it."""

from __future__ import annotations

from archinspect.records import Evidence, Reading, Testimony
from tests.conftest import config_bytes, facts_of


def test_phi_4_mini_rotates_three_quarters_of_a_head() -> None:
    facts = facts_of({**_phi_4_mini(), "head_dim": 128}, with_class=True)
    assert facts["partial_rotary_factor"].value == 0.75
    assert facts["rotary_dim"].value == 96
    assert facts["rope_type"].value == "longrope"
    assert facts["original_max_position_embeddings"].value == 4096
    assert len(facts["rope_scaling"].value["long_factor"]) == 96 // 2


def test_smollm3_leaves_nine_layers_unrotated_where_its_list_says_zero() -> None:
    facts = facts_of(config_bytes("HuggingFaceTB/SmolLM3-3B"), with_class=True)
    assert facts["nope_layers"].value == [3, 7, 11, 15, 19, 23, 27, 31, 35]
    assert facts["position_scheme"].value == "rope+nope"


def test_gemma_3_has_a_base_for_local_layers() -> None:
    facts = facts_of(config_bytes("google/gemma-3-1b-it"), with_class=True)
    assert facts["rope_theta"].value == 1_000_000
    assert facts["rope_local_theta"].value == 10_000
    assert facts["rope_theta"].evidence[0].location == "config.json#/rope_theta"
    assert facts["rope_local_theta"].evidence[0].location == "config.json#/rope_local_base_freq"


def test_llama_3_2_scales_by_32() -> None:
    facts = facts_of(config_bytes("meta-llama/Llama-3.2-3B"), with_class=True)
    assert facts["rope_type"].value == "llama3"
    assert facts["rope_scaling"].value["factor"] == 32.0
    assert facts["rope_scaling"].value["original_max_position_embeddings"] == 8192


def test_both_spellings_give_the_same_facts() -> None:
    old = facts_of({"rope_theta": 5e5, "rope_scaling": {"type": "linear", "factor": 4.0}})
    new = facts_of({"rope_parameters": {"rope_type": "linear", "rope_theta": 5e5, "factor": 4.0}})
    for name in ("rope_theta", "rope_type", "rope_scaling"):
        assert old[name].value == new[name].value
    assert new["rope_theta"].evidence[0].location == "config.json#/rope_parameters/rope_theta"


def test_a_type_nobody_knows_is_shown_as_found() -> None:
    facts = facts_of({"rope_scaling": {"rope_type": "spiral", "factor": 2}})
    assert facts["rope_type"].value == "spiral"


def test_scaling_without_a_type_is_unknown() -> None:
    facts = facts_of({"rope_theta": 1e4, "rope_scaling": {"factor": 2}})
    assert not facts["rope_type"].known
    assert not facts["rope_scaling"].known


def test_no_rotation_is_shown_not_assumed() -> None:
    facts = facts_of({"hidden_size": 8})
    assert not facts["position_scheme"].known
    assert not facts["rope_theta"].known


def _phi_4_mini() -> dict[str, object]:
    import json

    value: dict[str, object] = json.loads(config_bytes("microsoft/Phi-4-mini-instruct"))
    return value


def test_rotation_that_the_code_does_not_scale_has_no_scaling() -> None:
    unscaled = Testimony({"rope_type": Reading("default", (Evidence("code", "modeling_x.py#L1"),))})
    fact = facts_of({"model_type": "nobody_knows"}, code=unscaled)["rope_scaling"]
    assert fact.known and fact.value is None
    assert fact.evidence[0].location == "facts:rope_type"


def test_a_type_beside_the_block_is_read_and_one_within_goes_first() -> None:
    beside = {"rope_theta": 1e4, "rope_type": "ntk"}
    assert facts_of(beside)["rope_type"].value == "ntk"
    within = beside | {"rope_scaling": {"rope_type": "linear", "factor": 2.0}}
    assert facts_of(within)["rope_type"].value == "linear"


def test_layers_of_several_kinds_may_rotate_in_part() -> None:
    fact = facts_of({"model_type": "cohere2"}, with_class=True)["position_scheme"]  # its global layers do not
    assert not fact.known and "several kinds" in (fact.unknown or "")
    assert facts_of({"model_type": "llama"}, with_class=True)["position_scheme"].value == "rope"
