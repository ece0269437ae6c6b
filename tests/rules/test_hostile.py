"""Values that nobody foresaw, in every place: findings or silence, never an exception."""

from typing import Any

import pytest

from archinspect.records import Finding
from tests.rules.world import CONFIG, GENERATION, TOKENIZER, findings, repository

ODD: list[Any] = [
    True, False, 0, -1, 1.5, 10**30, 1e308, "", "x",
    "\x1b[2J\n", [], [None], [[1]], ["a", 1], {}, {"a": {"b": 1}}, [-5],
]  # fmt: skip
FURTHER = ("text_config", "auto_map", "quantization_config", "sliding_window", "layer_types", "rope_scaling",
           "rope_parameters", "mlp_only_layers", "torch_dtype", "dtype", "original_max_position_embeddings",
           "use_sliding_window", "max_window_layers", "pad_token_id", "num_nextn_predict_layers")  # fmt: skip


def check(found: tuple[Finding, ...]) -> None:
    for one in found:
        assert "could not be applied" not in one.message, one
        assert "\x1b" not in one.message, one
        assert one.evidence, one


@pytest.mark.parametrize("key", [*CONFIG, *FURTHER])
def test_config(key: str) -> None:
    for value in ODD:
        check(findings(repository({key: value}), with_source=False))


@pytest.mark.parametrize("key", TOKENIZER)
def test_tokenizer_config(key: str) -> None:
    for value in ODD:
        check(findings(repository(tokenizer={key: value}), with_source=False))


@pytest.mark.parametrize("key", GENERATION)
def test_generation_config(key: str) -> None:
    for value in ODD:
        files = {"generation_config.json": {**GENERATION, key: value}}
        check(findings(repository(files=files), with_source=False))


@pytest.mark.parametrize("value", ODD)
def test_hub(value: Any) -> None:
    for info in ({"safetensors": value}, {"safetensors": {"total": value}}):
        check(findings(repository(hub=info), with_source=False))
