"""kind = "tensor": headers, else the index, else the reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from archinspect.check.tensor import INDEX, tensor
from tests.check.worlds import Model

HEADER = {
    "__metadata__": {"format": "pt"},
    "model.embed_tokens.weight": {"dtype": "BF16", "shape": [32, 8], "data_offsets": [0, 512]},
    "model.layers.0.q_proj.weight": {"dtype": "U8", "shape": [8, 8], "data_offsets": [512, 576]},
    "model.layers.1.q_proj.weight": {"dtype": "U8", "shape": [8, 8], "data_offsets": [576, 640]},
}
WITH_HEADER = Model(headers={"model.safetensors": json.dumps(HEADER).encode()})
WITH_INDEX = Model(files={INDEX: json.dumps({"weight_map": {"lm_head.weight": "a"}}).encode()})


@pytest.mark.parametrize(
    ("model", "params", "word"),
    [
        (WITH_HEADER, {"tensor": "lm_head.weight", "present": False}, "holds"),
        (WITH_HEADER, {"tensor": "lm_head.weight"}, "breaks"),
        (WITH_HEADER, {"tensor": "*.q_proj.weight"}, "holds"),
        (WITH_HEADER, {"tensor": "*.q_proj.weight", "present": False}, "breaks"),
        (WITH_HEADER, {"tensor": "*.q_proj.weight", "dtype": "U8", "shape": [8, 8]}, "holds"),
        (WITH_HEADER, {"tensor": "*.q_proj.weight", "dtype": "BF16"}, "breaks"),
        (WITH_HEADER, {"tensor": "*.weight", "shape": [8, 8]}, "breaks"),
        (WITH_HEADER, {"tensor": "__metadata__"}, "breaks"),
        (WITH_INDEX, {"tensor": "lm_head.weight"}, "holds"),
        (WITH_INDEX, {"tensor": "lm_head.weight", "dtype": "BF16"}, "cannot_tell"),
        (Model(), {"tensor": "lm_head.weight"}, "cannot_tell"),
        (Model(headers={"a.safetensors": b"not json"}), {"tensor": "x"}, "cannot_tell"),
    ],
)
def test_tensor(model: Model, params: dict[str, Any], word: str) -> None:
    assert tensor.of_report is not None
    assert tensor.of_report(model.report("third"), params).word == word


def test_the_evidence_names_file_and_tensor() -> None:
    assert tensor.of_report is not None
    found = tensor.of_report(WITH_HEADER.report("third"), {"tensor": "*.q_proj.weight", "dtype": "F32"})
    assert found.evidence[0].location == "model.safetensors#model.layers.0.q_proj.weight"
    assert found.observed == {"matching": 2, "dtype": "U8"}
    absent = tensor.of_report(WITH_HEADER.report("third"), {"tensor": "lm_head.weight", "present": False})
    assert [item.location for item in absent.evidence] == ["model.safetensors#"]


def test_a_header_that_could_not_be_fetched_is_not_absent() -> None:
    assert tensor.of_report is not None
    model = Model(problems={"model.safetensors": "timed out"})
    outcome = tensor.of_report(model.report("third"), {"tensor": "x", "present": False})
    assert (outcome.word, outcome.code) == ("cannot_tell", "not_fetched")


def test_one_unread_shard_may_hold_the_tensor() -> None:
    assert tensor.of_report is not None
    model = Model(headers=WITH_HEADER.headers, problems={"model-2.safetensors": "timed out"})
    absent = tensor.of_report(model.report("third"), {"tensor": "lm_head.weight", "present": False})
    assert (absent.word, absent.code) == ("cannot_tell", "not_fetched")
    there = tensor.of_report(model.report("third"), {"tensor": "*.q_proj.weight"})
    assert there.word == "holds"
