"""Checkpoints of published models: torch's names and shapes for a config, stored as publishers do."""

import json
from functools import cache
from typing import Any

from archinspect.records import Snapshot
from tests.blueprint import truth_fixture
from tests.conftest import SNAPSHOT
from tests.witness.checkpoints import Shape, checkpoint

VERSION = "5.23.0"
EMBEDDINGS = (
    "embed_tokens", "wte", "word_embeddings", "tok_embeddings", "embed_in", "tokens_embed", "w",
    "word_embedding", "embeddings", "input_embedding", "shared",
)  # fmt: skip


@cache
def entries() -> dict[str, dict[str, Any]]:
    """Torch's truth by id: `hub:org/name` or `default:model_type`."""
    return {entry["id"]: entry for entry in truth_fixture.load(VERSION)["entries"]}


def stored_shapes(entry: dict[str, Any]) -> dict[str, Shape]:
    """What save_pretrained writes: of tensors that are one, only the embedding."""
    shapes = truth_fixture.shapes(entry)
    for group in truth_fixture.tied(entry):
        kept = min(group, key=lambda name: (not set(EMBEDDINGS) & set(name.split(".")), name))
        for name in group - {kept}:
            shapes.pop(name, None)
    return shapes


def published(repo: str, **changes: Any) -> Snapshot:
    """The checkpoint of a published config, in BF16; `changes` are further keys of config.json."""
    entry = entries()[f"hub:{repo}"]
    return checkpoint(stored_shapes(entry), {**entry["config"], **changes})


def index(repo: str) -> dict[str, Any]:
    """The published model.safetensors.index.json of a bundled repository."""
    path = SNAPSHOT / repo.replace("/", "--") / "model.safetensors.index.json"
    data: dict[str, Any] = json.loads(path.read_text())
    return data
