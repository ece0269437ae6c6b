"""Names on disk against published indexes: every name, and the total size they state."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from archinspect.blueprint.read import read_blueprint
from archinspect.blueprint.tree import installed_tree

from .truth_fixture import load, unfold

INDEXES = json.loads((Path(__file__).parents[1] / "fixtures" / "checkpoint_indexes.json").read_text())
BYTES = 2
"""All of these are stored in bfloat16 or float16."""


def config_of(model: str) -> dict[str, Any]:
    return next(one["config"] for one in load("5.23.0")["entries"] if one["id"] == f"hub:{model}")


@pytest.mark.parametrize("model", INDEXES["models"])
def test_names_and_size_are_the_published_ones(model: str) -> None:
    published = INDEXES["models"][model]
    blueprint = read_blueprint(config_of(model), installed_tree())
    assert {one.name for one in blueprint.checkpoint} == {
        name for one in published["names"] for name in unfold(one)
    }
    sizes = [math.prod(one.shape) for one in blueprint.checkpoint if one.shape is not None]
    assert len(sizes) == len(blueprint.checkpoint)
    assert sum(sizes) * BYTES == published["total_size"]


def test_every_stored_tensor_names_what_it_loads_into() -> None:
    blueprint = read_blueprint({"model_type": "mixtral", "num_hidden_layers": 2}, installed_tree())
    names = {one.name: one for one in blueprint.checkpoint}
    expert = names["model.layers.1.block_sparse_moe.experts.3.w1.weight"]
    assert expert.shape == (14336, 4096)
    assert expert.parameters == ("model.layers.1.mlp.experts.gate_up_proj",)
    assert names["model.layers.0.block_sparse_moe.experts.7.w2.weight"].shape == (4096, 14336)
    in_memory = {one.name for one in blueprint.parameters}
    assert {name for one in blueprint.checkpoint for name in one.parameters} <= in_memory
