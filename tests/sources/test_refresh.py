"""Refreshing the bundled snapshot from the Hub."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from loopback_hub import LoopbackHub, Repository

from archinspect.errors import UsageError
from archinspect.records import Snapshot, Target
from archinspect.sources import bundled, refresh

from .conftest import CONFIG, FILES, MODEL

Read = Callable[..., Snapshot]


def test_a_refreshed_model_reads_as_it_did_from_the_hub(hub: LoopbackHub, read: Read, tmp_path: Path) -> None:
    fresh = read(want_code=True, want_headers=True)
    result = refresh.refresh([fresh], tmp_path / "snapshot")
    assert {change.path for change in result.changes} == {"config.json", "generation_config.json"}
    again = bundled.read(MODEL, tmp_path / "snapshot")
    assert again.outcome == "read"
    assert again.files == fresh.files
    assert again.revision == fresh.revision
    assert again.listing == fresh.listing
    assert again.hub is not None
    assert again.hub["cardData"] == {"license": "mit"}
    assert refresh.refresh([fresh], tmp_path / "snapshot").changes == ()


def test_changes_name_what_is_new_gone_and_different(hub: LoopbackHub, read: Read, tmp_path: Path) -> None:
    folder = tmp_path / "snapshot"
    first = refresh.refresh([read()], folder).after[0]
    hub.repositories["org/name"].commit({"config.json": CONFIG + b"\n", "added_tokens.json": b"{}"})
    second = read()
    result = refresh.refresh([second], folder)
    assert [(change.path, change.before is None, change.after is None) for change in result.changes] == [
        ("added_tokens.json", True, False),
        ("config.json", False, False),
        ("generation_config.json", False, True),
    ]
    assert result.before[0].files == first.files
    assert not (folder / "org--name/generation_config.json").exists()
    assert bundled.read(MODEL, folder).files == second.files


def test_nothing_is_written_when_not_asked(hub: LoopbackHub, read: Read, tmp_path: Path) -> None:
    assert refresh.refresh([read()], tmp_path / "snapshot", write=False).changes
    assert not (tmp_path / "snapshot").exists()


def test_what_was_not_read_whole_is_left_as_it_was(hub: LoopbackHub, read: Read, tmp_path: Path) -> None:
    folder = tmp_path / "snapshot"
    refresh.refresh([read()], folder)
    hub.repositories["org/name"].commit({**FILES, "config.json": CONFIG + b"\n"})
    hub.fault("status", r"generation_config", status=404)
    hub.add(Repository("org/gated", FILES, gated=True))
    hub.add(Repository("copy/gated", FILES))
    hub.repositories["org/name"].commit({**FILES, "generation_config.json": b'{"a": 1}'})
    half = read()
    mirrored = read(Target("g", "org/gated", mirrors=("copy/gated",)))
    result = refresh.refresh([half, read(Target("x", "org/none")), mirrored], folder)
    assert set(result.skipped) == {"org/name", "org/none", "org/gated"}
    assert bundled.read(MODEL, folder).files["config.json"].content == CONFIG
    assert bundled.repositories(folder) == ("org/name",)


def test_an_installed_snapshot_is_not_written(hub: LoopbackHub, read: Read, tmp_path: Path) -> None:
    (tmp_path / "snapshot").write_text("not a folder")
    with pytest.raises(UsageError, match="cannot be written"):
        refresh.refresh([read()], tmp_path / "snapshot")


def test_revisions_to_pin_include_gated_models(hub: LoopbackHub, read: Read) -> None:
    gated = hub.add(Repository("org/gated", FILES, gated=True))
    snapshots = [read(), read(Target("g", "org/gated")), read(Target("x", "org/none"))]
    assert refresh.revisions(snapshots) == {"model": hub.repositories["org/name"].sha, "g": gated.sha}


def test_the_manifest_keeps_the_other_models(hub: LoopbackHub, read: Read, tmp_path: Path) -> None:
    folder = tmp_path / "snapshot"
    hub.add(Repository("org/b", FILES))
    refresh.refresh([read()], folder)
    refresh.refresh([read(Target("b", "org/b"))], folder)
    assert list(json.loads((folder / "manifest.json").read_bytes())["repositories"]) == ["org/b", "org/name"]
