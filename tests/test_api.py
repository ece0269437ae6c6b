"""The Python API: the command line's power as functions."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import pandas
import pytest

import archinspect
from tests.conftest import config_bytes


def test_inspect_gives_facts_with_evidence() -> None:
    report = archinspect.inspect("phi-4-mini", bundled=True)
    assert report.snapshot.outcome == "read"
    fact = report.facts["rotary_dim"]
    assert fact.value == 96
    assert fact.evidence[0].location


def test_inspect_reads_a_folder(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes(config_bytes("Qwen/Qwen3-0.6B"))
    assert archinspect.inspect(tmp_path).facts["head_dim"].value == 128


def test_audit_carries_the_exit_code() -> None:
    audit = archinspect.audit(["phi-4-mini"], bundled=True)
    assert (audit.exit_code, audit.complete) == (0, True)
    assert {verdict.word for verdict in audit.verdicts} >= {"confirmed", "documented"}
    assert archinspect.audit(["phi-4-mini"], bundled=True, fail_on=["undetermined"]).exit_code == 1


def test_build_gives_modules_and_tensors() -> None:
    built = archinspect.build("phi-4-mini", bundled=True)
    assert built.tensors[0].shape == (200064, 3072)
    assert built.root is not None and built.problem is None
    assert built.totals["total"] == 3_836_021_760


def test_tensors_need_a_config_and_nothing_else() -> None:
    config = {"model_type": "llama", "num_hidden_layers": 2, "vocab_size": 64, "tie_word_embeddings": True}
    made = archinspect.tensors(config)
    assert made.shapes["model.layers.1.mlp.down_proj.weight"] == (4096, 11008)
    assert made.tied == [("model.embed_tokens.weight", "lm_head.weight")]
    assert made.class_name == "LlamaForCausalLM" and made.source.startswith("transformers==")
    assert repr(made) == f"<21 tensors of LlamaForCausalLM in {made.source}>"
    with pytest.raises(archinspect.BlueprintError):
        archinspect.tensors({"model_type": "nothing"})


def test_reading_leaves_the_collector_as_it_was() -> None:
    gc.collect()
    frozen, config = gc.get_freeze_count(), {"model_type": "llama", "num_hidden_layers": 1}
    archinspect.tensors(config)
    assert (gc.isenabled(), gc.get_freeze_count()) == (True, frozen)
    gc.disable()
    try:
        archinspect.tensors(config)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_diff_names_what_differs() -> None:
    found = archinspect.diff("phi-4-mini", "llama-3.2-3b", bundled=True)
    assert {"vocab_size", "rope_type", "rotary_dim"} <= {item.name for item in found.differences}
    assert "hidden_size" in found.same


def test_table_is_a_frame_that_keeps_unknown_and_none_apart() -> None:
    frame = archinspect.table(
        ["phi-4-mini", "qwen3-4b"], facts=["vocab_size", "qk_norm", "license"], bundled=True
    )
    assert list(frame.index) == ["phi-4-mini", "qwen3-4b"]
    assert frame.loc["qwen3-4b", "vocab_size"] == 151_936
    assert frame.loc["phi-4-mini", "qk_norm"] is None
    assert frame.loc["phi-4-mini", "license"] is pandas.NA


def test_what_does_not_exist_is_a_usage_error() -> None:
    with pytest.raises(archinspect.UsageError):
        archinspect.inspect("phi-4-mny", bundled=True)
    with pytest.raises(archinspect.UsageError):
        archinspect.audit(roles=["curent"], bundled=True)


def test_exported_names_are_there_and_importing_costs_nothing() -> None:
    assert all(hasattr(archinspect, name) for name in archinspect.__all__)
    code = "import sys, archinspect; print(len([m for m in sys.modules if m.startswith('archinspect.')]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
