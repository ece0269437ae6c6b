"""Further processes read ahead; what is known afterwards is the same with and without them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archinspect import modelling, reading_ahead
from archinspect.cache_contents import contents
from archinspect.records import Origin, Snapshot, Target
from tests.conftest import source_file


def snapshots(count: int) -> list[Snapshot]:
    configs = [
        {
            "model_type": "qwen3",
            "architectures": ["Qwen3ForCausalLM"],
            "num_hidden_layers": 2,
            "head_dim": 8 * n,
        }
        for n in range(1, count + 1)
    ]
    return [
        Snapshot(
            Target(str(n), str(n)), "read", Origin("local", str(n)), files={"config.json": source_file(one)}
        )
        for n, one in enumerate(configs)
    ]


def widths(tmp_path: Path, patch: pytest.MonkeyPatch, processors: int) -> list[object]:
    patch.setenv("ARCHINSPECT_CACHE", str(tmp_path / str(processors)))
    patch.setattr(reading_ahead.os, "cpu_count", lambda: processors)
    sources = modelling.read_sources(snapshots(20))
    return [source.testimony.answers["head_dim"] for source in sources]


def test_the_same_is_learnt_with_and_without_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert widths(tmp_path, monkeypatch, 4) == widths(tmp_path, monkeypatch, 1)
    assert not list(tmp_path.rglob("*.incomplete"))


def test_another_process_leaves_what_it_reads_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHINSPECT_CACHE", str(tmp_path))
    files = [one.files["config.json"] for one in snapshots(2)]
    process = reading_ahead._start(files, None)
    try:
        _until(tmp_path, 2)
    finally:
        reading_ahead._stop(process)
    assert contents().entries == 2


def test_a_cache_that_cannot_be_written_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "4").write_text(json.dumps("in the way"))
    assert len(widths(tmp_path, monkeypatch, 4)) == 20


def _until(folder: Path, entries: int) -> None:
    import time

    deadline = time.monotonic() + 60
    while len(list(folder.rglob("*.json"))) < entries:
        assert time.monotonic() < deadline
        time.sleep(0.05)
