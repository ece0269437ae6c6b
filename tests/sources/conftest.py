"""A loopback Hub and a world of its own (caches, token, endpoint) for every test."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parent.parent))  # for loopback_hub, wherever pytest starts

from loopback_hub import LoopbackHub, Repository

from archinspect.records import Snapshot, Target
from archinspect.sources.hub import FetchOptions, FetchReport, fetch

CONFIG = b'{"model_type": "llama", "hidden_size": 64}'
HEADER = json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
WEIGHTS = len(HEADER).to_bytes(8, "little") + HEADER + b"\0" * 8
FILES = {
    "config.json": CONFIG,
    "generation_config.json": b"{}",
    "tokenizer.json": b'{"model": {}}',
    "model.safetensors": WEIGHTS,
    "README.md": b"# model",
}
MODEL = Target("model", "org/name")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    import huggingface_hub
    from huggingface_hub import constants

    with LoopbackHub() as running:
        monkeypatch.setattr(constants, "ENDPOINT", running.endpoint)
        template = running.endpoint + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
        monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
        monkeypatch.setenv("ARCHINSPECT_CACHE", str(tmp_path / "ours"))
        monkeypatch.delenv("HF_TOKEN", raising=False)
        running.add(Repository("org/name", FILES))
        yield running
        huggingface_hub.close_session()


@pytest.fixture
def read(hub: LoopbackHub) -> Callable[..., Snapshot]:
    """Fetch one target (the model, unless another is given) with options by keyword."""

    def run(target: Target = MODEL, **options: object) -> Snapshot:
        return report(hub, target, **options).snapshots[0]

    return run


def report(hub: LoopbackHub, *targets: Target, **options: object) -> FetchReport:
    return fetch(targets or [MODEL], replace(FetchOptions(timeout=20), **options))  # type: ignore[arg-type]
