"""Configs that nobody should publish: a clear outcome for that model, never an exception, nothing slow."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from archinspect import pipeline
from archinspect.names import Named
from archinspect.pipeline import Options
from archinspect.records import ModelReport, Target


def read(folder: Path) -> ModelReport:
    (report,) = pipeline.read_models([Named(Target("specimen", str(folder)), "local")], Options())
    return report


def write(folder: Path, content: bytes | str) -> Path:
    data = content if isinstance(content, bytes) else content.encode()
    (folder / "config.json").write_bytes(data)
    return folder


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "not JSON"),
        ("", "not JSON"),
        ("[1, 2]", "holds a list"),
        ("null", "holds null"),
        ('"text"', "holds a string"),
        ("[" * 100_000 + "]" * 100_000, "nested"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "nested"),
        ('{"a":' * 500 + "1" + "}" * 500, "nested"),
        (b'{"hidden_size": "\xff\xfe"}', "not UTF-8"),
        ('{"hidden_size": ' + "9" * 5000 + "}", "not JSON"),
    ],
)
def test_a_config_that_is_no_object_is_malformed_and_named(
    tmp_path: Path, content: bytes | str, problem: str
) -> None:
    report = read(write(tmp_path, content))
    assert report.snapshot.outcome == "malformed"
    assert report.snapshot.error is not None
    assert problem in report.snapshot.error.message
    assert "config.json" in report.snapshot.error.message
    assert report.facts == {}


def test_a_config_of_200_megabytes_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "config.json").open("wb") as stream:
        stream.truncate(200 * 2**20)
    start = time.monotonic()
    report = read(tmp_path)
    assert report.snapshot.outcome in ("malformed", "error")
    assert time.monotonic() - start < 2


def test_an_empty_folder_says_what_is_missing(tmp_path: Path) -> None:
    report = read(tmp_path)
    assert report.snapshot.outcome != "read"
    assert report.snapshot.error is not None and "empty folder" in report.snapshot.error.message


@pytest.mark.parametrize(
    "values",
    [
        {"num_hidden_layers": -1},
        {"num_hidden_layers": 4_000_000},
        {"num_labels": 4_000_000},
        {"hidden_size": "4096"},
        {"hidden_size": 1e30},
        {"num_attention_heads": 0},
        {"rope_theta": float("nan")},
        {"rope_scaling": [1, 2]},
        {"rope_scaling": {"rope_type": ["llama3"]}},
        {"layer_types": ["full_attention"]},
        {"layer_types": {"0": "x"}},
        {"text_config": {"hidden_size": None}},
        {"architectures": "LlamaForCausalLM"},
        {"__class__": {}, "to_dict": 1, "attribute_map": {"a": "b"}},
        {"quantization_config": {"quant_method": {"a": 1}, "bits": "four"}},
    ],
)
@pytest.mark.parametrize("model_type", ["qwen2", "gemma3", "new"])
def test_any_value_costs_at_most_its_own_facts(
    tmp_path: Path, values: dict[str, object], model_type: str
) -> None:
    report = read(write(tmp_path, json.dumps({"model_type": model_type, "vocab_size": 32000, **values})))
    assert report.snapshot.outcome == "read"
    for fact in report.facts.values():
        assert fact.evidence if fact.known else fact.unknown


def test_a_number_that_would_keep_a_class_busy_costs_no_time(tmp_path: Path) -> None:
    read(write(tmp_path, '{"model_type": "llama", "hidden_size": 64}'))  # the import, once
    start = time.monotonic()
    report = read(write(tmp_path, '{"model_type": "llama", "num_labels": 4000000, "hidden_size": 64}'))
    assert report.facts["hidden_size"].value == 64
    assert time.monotonic() - start < 8


def test_one_bad_model_does_not_cost_the_others(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("bad", "good")]
    for folder, content in zip(folders, ("{", '{"model_type": "llama"}'), strict=True):
        folder.mkdir()
        write(folder, content)
    chosen = [Named(Target(folder.name, str(folder)), "local") for folder in folders]
    bad, good = pipeline.read_models(chosen, Options())
    assert (bad.snapshot.outcome, good.snapshot.outcome) == ("malformed", "read")


def test_keys_written_twice_are_noticed(tmp_path: Path) -> None:
    report = read(write(tmp_path, '{"hidden_size": 1, "hidden_size": 2}'))
    assert report.facts["hidden_size"].value == 2
