"""--offline: the caches only, no connection, and it says how old what it found is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from loopback_hub import LoopbackHub

from archinspect.errors import FetchError
from archinspect.records import Snapshot, Target
from archinspect.sources import offline

from .conftest import CONFIG, HEADER, report

Read = Callable[..., Snapshot]


def test_a_cached_branch_is_read_without_a_request_and_its_age_is_told(
    hub: LoopbackHub, read: Read, tmp_path: Path
) -> None:
    online = read(want_headers=True)
    ref = tmp_path / "hub/models--org--name/refs/main"
    os.utime(ref, (time.time() - 3 * 86400 - 60,) * 2)
    hub.forget()
    snapshot = read(offline=True, want_headers=True)
    assert snapshot.outcome == "read"
    assert snapshot.origin.kind == "cache"
    assert snapshot.files == online.files
    assert snapshot.headers == {"model.safetensors": HEADER}
    assert snapshot.hub == online.hub  # licence and dates work offline
    assert snapshot.notes == (f"the default branch was {online.revision[:12]} when last asked, 3 days ago",)
    assert snapshot.has("chat_template.jinja") is False
    assert hub.requests == []


def test_nothing_cached_is_offline_not_missing(hub: LoopbackHub, read: Read) -> None:
    snapshot = read(offline=True)
    assert snapshot.outcome == "offline"
    assert snapshot.error is not None
    assert "org/name is not in the Hub cache" in snapshot.error.message
    assert not report(hub, Target("x", "../x"), offline=True).contacted


def test_files_that_were_not_fetched_are_problems_not_absent(hub: LoopbackHub, read: Read) -> None:
    read()
    snapshot = read(offline=True, want_headers=True, extra=("tokenizer.json",))
    assert set(snapshot.problems) == {"model.safetensors", "tokenizer.json"}
    assert snapshot.more is not None
    with pytest.raises(FetchError, match=r"tokenizer\.json"):
        snapshot.more("tokenizer.json")


def test_a_damaged_cached_file_is_not_read(hub: LoopbackHub, read: Read, tmp_path: Path) -> None:
    snapshot = read()
    blob = tmp_path / "hub/models--org--name/blobs" / snapshot.files["config.json"].blob_id
    blob.write_bytes(CONFIG.replace(b"64", b"96"))
    damaged = read(offline=True)
    assert damaged.outcome == "error"
    assert damaged.error is not None
    assert damaged.error.code == "integrity"


@pytest.mark.parametrize("links", [True, False])
def test_what_another_program_cached_is_proved_by_its_name_if_it_has_one(
    hub: LoopbackHub, read: Read, tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import snapshot_download

    snapshot_download("org/name", cache_dir=tmp_path / "hub", allow_patterns=["*config.json"])
    location = tmp_path / f"hub/models--org--name/snapshots/{hub.repositories['org/name'].sha}/config.json"
    if not links:
        location.unlink()
        location.write_bytes(CONFIG)
    snapshot = read(offline=True)
    assert snapshot.files["config.json"].check == ("blob_id" if links else "unverified")
    assert snapshot.listing is None
    assert snapshot.has("chat_template.jinja") is None


def test_a_ref_alone_is_not_enough(hub: LoopbackHub, read: Read, tmp_path: Path) -> None:
    folder = tmp_path / "hub/models--org--name/refs"
    folder.mkdir(parents=True)
    (folder / "main").write_text("a" * 40)
    assert read(offline=True).outcome == "offline"


def test_the_librarys_switch_is_honoured(hub: LoopbackHub, tmp_path: Path) -> None:
    code = (
        "from archinspect.sources.hub import fetch; from archinspect.records import Target;"
        "r = fetch([Target('m', 'org/name')]); print(r.snapshots[0].outcome, r.contacted)"
    )
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        environment = {**os.environ, name: "1", "HF_ENDPOINT": hub.endpoint, "HF_HOME": str(tmp_path)}
        result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
        assert result.stdout.split() == ["offline", "False"], result.stderr
    assert hub.requests == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(5, "less than a minute"), (60, "1 minute"), (7300, "2 hours"), (86400, "1 day"), (10**7, "115 days")],
)
def test_ages(seconds: float, text: str) -> None:
    assert offline.age_text(seconds) == text
