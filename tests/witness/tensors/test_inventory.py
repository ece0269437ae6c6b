"""Which files count as the checkpoint, and what is said when they cannot be read."""

from typing import Any

import pytest

from archinspect.errors import MalformedFileError
from archinspect.records import Failure
from archinspect.witness.tensors.inventory import INDEX, quantization_of, read_index, take_inventory
from tests.witness.checkpoints import header_bytes, snapshot, source_file

HEADER = header_bytes({"a.weight": ("BF16", (2, 2))})
SHARDS = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")


def test_a_single_file_comes_before_an_index() -> None:
    index = {"weight_map": {"a.weight": SHARDS[0]}}
    found = take_inventory(snapshot({INDEX: index}, {"model.safetensors": HEADER, SHARDS[0]: HEADER}))
    assert found.files == ("model.safetensors",)
    assert found.tensors["a.weight"].file == "model.safetensors"


def test_other_safetensors_files_are_not_the_checkpoint() -> None:
    found = take_inventory(snapshot({}, {"adapter_model.safetensors": HEADER}, []))
    assert found.files == ()
    assert found.missing is not None
    assert "no model.safetensors and no model.safetensors.index.json" in found.missing


def test_shards_without_an_index() -> None:
    found = take_inventory(snapshot({}, dict.fromkeys(SHARDS, HEADER)))
    assert found.files == SHARDS
    assert found.repeated == {"a.weight": SHARDS}


def test_some_shards_unread() -> None:
    index = {"weight_map": {"a.weight": SHARDS[0], "b.weight": SHARDS[1]}, "metadata": {"total_size": 12.0}}
    failure = Failure("offline", "no answer in time")
    found = take_inventory(snapshot({INDEX: index}, {SHARDS[0]: HEADER}, problems={SHARDS[1]: failure}))
    assert found.missing is None
    assert found.shapeless == f"{SHARDS[1]}: no answer in time"
    assert (found.tensors["a.weight"].elements, found.tensors["b.weight"].elements) == (4, None)
    assert found.index is not None
    assert found.index.total_size == 12


@pytest.mark.parametrize("index", [[], {}, {"weight_map": []}, {"weight_map": {"a": 3}}, b"{", b"\xff"])
def test_a_broken_index(index: Any) -> None:
    with pytest.raises(MalformedFileError):
        read_index(source_file(INDEX, index))
    found = take_inventory(snapshot({INDEX: index}))
    assert list(found.problems) == [INDEX]
    assert found.missing is not None


@pytest.mark.parametrize("total", ["12", None, True, 1.5])
def test_an_odd_total_is_left_out(total: Any) -> None:
    index = {"weight_map": {}, "metadata": {"total_size": total}}
    assert read_index(source_file(INDEX, index)).total_size is None


def test_quantisation_at_either_level() -> None:
    stated = {"quant_method": "gptq"}
    for config in ({"quantization_config": stated}, {"text_config": {"quantization_config": stated}}):
        assert quantization_of(snapshot({"config.json": config})) == stated
    for config in ({}, {"quantization_config": 3}, {"text_config": 3}, b"{"):
        assert quantization_of(snapshot({"config.json": config})) is None
