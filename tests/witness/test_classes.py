"""What config classes make of configs, asked in a process of its own."""

from __future__ import annotations

import json
import time

import pytest

from archinspect.witness import classes
from tests.conftest import config_bytes


def test_classes_give_defaults_names_and_nesting() -> None:
    gpt2, gemma, unknown = classes.ask_classes(
        [
            {"model_type": "gpt2"},
            json.loads(config_bytes("google/gemma-3-4b-it")),
            {"model_type": "none-such"},
        ]
    )
    assert gpt2.names["hidden_size"] == "n_embd"
    assert gpt2.values["hidden_size"] == 768
    assert (gemma.class_name, gemma.text_key) == ("Gemma3TextConfig", "text_config")
    assert gemma.values["num_attention_heads"] == 8
    assert unknown.class_name is None and "none-such" in (unknown.error or "")


def test_a_class_that_refuses_leaves_an_error_and_the_next_one_alone() -> None:
    refused, fine = classes.ask_classes(
        [{"model_type": "llama", "hidden_size": "large"}, {"model_type": "llama"}]
    )
    assert refused.refused and "hidden_size" in (refused.error or "")
    assert fine.class_name == "LlamaConfig"


def test_numbers_that_become_objects_are_refused_in_no_time() -> None:
    classes.ask_classes([{"model_type": "llama"}])
    start = time.monotonic()
    layers, labels = classes.ask_classes(
        [
            {"model_type": "qwen2", "num_hidden_layers": 4_000_000},
            {"model_type": "llama", "num_labels": 4_000_000},
        ]
    )
    assert "too large" in (layers.error or "") and not layers.refused
    assert labels.error is None
    assert time.monotonic() - start < 20


def test_a_class_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classes, "IMPORT_SECONDS", 0.05)
    (view,) = classes.ask_classes([{"model_type": "llama"}])
    assert "no answer" in (view.error or "") and not view.refused
