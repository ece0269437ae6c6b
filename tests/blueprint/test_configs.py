"""Configs as their classes leave them, and where each value comes from."""

from typing import Any

import pytest

from archinspect.blueprint.resolved import resolve_config
from archinspect.blueprint.tree import installed_tree
from archinspect.errors import BlueprintError


def resolved(**config: Any) -> Any:
    return resolve_config(config, installed_tree())


def test_a_default_a_stated_and_a_rewritten_value() -> None:
    found = resolved(model_type="qwen2", hidden_size=64, sliding_window=4096, use_sliding_window=False)
    assert found.values["sliding_window"] is None
    assert (found.origins["sliding_window"].kind, found.origins["sliding_window"].before) == (
        "resolved",
        4096,
    )
    assert found.origins["hidden_size"].kind == "stated"
    assert found.origins["rms_norm_eps"].kind == "default"
    assert found.location.endswith("configuration_qwen2.py#L" + found.location.rpartition("#L")[2])


def test_rotation_keys_of_4x_become_rope_parameters() -> None:
    found = resolved(
        model_type="llama", rope_theta=500000.0, rope_scaling={"rope_type": "linear", "factor": 2.0}
    )
    assert found.values["rope_parameters"] == {"rope_type": "linear", "factor": 2.0, "rope_theta": 500000.0}
    assert found.origins["rope_parameters"].before["rope_theta"] == 500000.0


def test_the_text_decoders_config_is_placed() -> None:
    found = resolved(model_type="gemma3", text_config={"model_type": "gemma3_text", "num_hidden_layers": 7})
    assert found.text_path == "text_config"
    assert len(found.values["text_config"]["layer_types"]) == 7
    assert found.origins["text_config.num_hidden_layers"].kind == "stated"
    assert found.origins["text_config.layer_types"].kind == "default"


def test_an_alias_counts_as_stated() -> None:
    found = resolved(model_type="gpt2", num_hidden_layers=3)
    assert found.values["n_layer"] == 3


@pytest.mark.parametrize("model_type", ["nothing-of-the-kind", None, 7, [], "x" * 10_000])
def test_unknown_types_are_our_error(model_type: Any) -> None:
    with pytest.raises(BlueprintError):
        resolved(model_type=model_type)
