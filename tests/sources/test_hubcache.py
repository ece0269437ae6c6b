"""The Hub cache as we write it: safe, whole, shared, and readable by the libraries it belongs to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from loopback_hub import LoopbackHub, Repository

from archinspect.records import ListedFile, Snapshot, SourceFile, git_blob_id
from archinspect.sources import hubcache
from archinspect.sources.hubcache import HubCache

from .conftest import CONFIG, FILES, MODEL, WEIGHTS, report

Read = Callable[..., Snapshot]
SHA = "a" * 40


def source_file(path: str = "config.json", content: bytes = CONFIG, blob: str | None = None) -> SourceFile:
    return SourceFile(path, content, blob or git_blob_id(content), "blob_id")


def everything(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir())


@pytest.fixture
def cache(tmp_path: Path) -> HubCache:
    return HubCache(tmp_path / "outer" / "hub")


def test_a_file_is_stored_once_and_linked(cache: HubCache) -> None:
    cache.store("org/name", SHA, source_file())
    cache.store("org/name", SHA, source_file("generation_config.json"))
    cache.store_ref("org/name", None, SHA)
    folder = cache.root / "models--org--name"
    blob = git_blob_id(CONFIG)
    assert everything(folder) == [
        f"blobs/{blob}",
        "refs/main",
        f"snapshots/{SHA}/config.json",
        f"snapshots/{SHA}/generation_config.json",
    ]
    assert str((folder / "snapshots" / SHA / "config.json").readlink()) == f"../../blobs/{blob}"
    assert cache.read("org/name", SHA, "config.json", 1000) == (CONFIG, blob)
    found = cache.commit("org/name", None)
    assert found is not None
    assert found[0] == SHA


@pytest.mark.parametrize(
    ("sha", "file"),
    [
        (SHA, source_file(blob="../../../../evil")),
        (SHA, source_file(blob="0" * 40)),
        (SHA, source_file(blob=git_blob_id(CONFIG).upper())),
        (SHA, source_file("../../../../evil")),
        (SHA, source_file("/evil")),
        ("../../evil", source_file()),
        (SHA, SourceFile("config.json", CONFIG, git_blob_id(CONFIG), "unverified")),
    ],
)
def test_what_is_not_proved_or_would_leave_the_folder_is_not_written(
    cache: HubCache, sha: str, file: SourceFile
) -> None:
    cache.store("org/name", sha, file)
    assert everything(cache.root.parent.parent) == []


@pytest.mark.parametrize("revision", ["../../x", "/x", "a/../b", "a b", "a\nb", "", ".."])
def test_a_ref_that_would_leave_the_folder_is_not_written(cache: HubCache, revision: str) -> None:
    cache.store_ref("org/name", revision or "..", SHA)
    assert everything(cache.root.parent.parent) == []
    assert cache.commit("org/name", revision or "..") is None


def test_a_ref_with_nonsense_in_it_is_none(cache: HubCache) -> None:
    cache.store_ref("org/name", None, SHA)
    (cache.root / "models--org--name/refs/main").write_text("../../../etc")
    assert cache.commit("org/name", None) is None


def test_a_damaged_blob_is_replaced(hub: LoopbackHub, read: Read, tmp_path: Path) -> None:
    read()
    for blob in (tmp_path / "hub/models--org--name/blobs").iterdir():
        blob.write_bytes(b"x" * blob.stat().st_size)
    assert read().files["config.json"].content == CONFIG
    assert (tmp_path / f"hub/models--org--name/blobs/{git_blob_id(CONFIG)}").read_bytes() == CONFIG


def test_a_cache_that_cannot_be_written_is_done_without(hub: LoopbackHub, tmp_path: Path) -> None:
    (tmp_path / "hub").write_text("a file where the folder should be")
    result = report(hub, MODEL)
    assert result.snapshots[0].outcome == "read"
    assert any("cannot be written" in warning for warning in result.warnings)


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_cache_is_done_without(hub: LoopbackHub, tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir(mode=0o500)
    assert report(hub, MODEL).snapshots[0].outcome == "read"


def test_where_links_do_not_exist_the_file_itself_is_written(
    cache: HubCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: object) -> None:
        raise OSError(1314, "a required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    cache.store("org/name", SHA, source_file())
    location = cache.root / f"models--org--name/snapshots/{SHA}/config.json"
    assert not location.is_symlink()
    assert location.read_bytes() == CONFIG
    assert cache.read("org/name", SHA, "config.json", 1000) == (CONFIG, None)


def test_no_temporary_file_stays_behind(cache: HubCache, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Path, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    cache.store("org/name", SHA, source_file())
    assert everything(cache.root) == []
    assert "No space" in (cache.refused or "")


def test_the_start_of_a_whole_weight_file_is_read_from_the_cache(
    hub: LoopbackHub, read: Read, tmp_path: Path
) -> None:
    from huggingface_hub import hf_hub_download

    hf_hub_download("org/name", "model.safetensors", cache_dir=tmp_path / "hub")
    hub.forget()
    read(want_headers=True)
    assert not any("safetensors" in request.path for request in hub.requests)


def test_only_a_file_of_the_listed_size_counts_as_whole(cache: HubCache) -> None:
    place = cache.root / "models--org--name/blobs"
    place.mkdir(parents=True)
    (place / ("b" * 64)).write_bytes(WEIGHTS[:-1])
    listed = ListedFile("model.safetensors", len(WEIGHTS), "b" * 64, lfs=True)
    assert cache.start("org/name", SHA, listed, 8) is None


LOAD = """
import json
from transformers import AutoConfig, AutoTokenizer, GenerationConfig
config = AutoConfig.from_pretrained("org/name")
GenerationConfig.from_pretrained("org/name")
print(json.dumps([config.hidden_size, AutoTokenizer.from_pretrained("org/name").vocab_size]))
"""


def python(code: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
    variables = {**kept, "HF_HUB_CACHE": str(home), "HF_HOME": str(home), **environment}
    return subprocess.run(
        [sys.executable, "-c", code], env=variables, capture_output=True, text=True, timeout=120, check=False
    )


def test_transformers_loads_what_was_written_without_a_request(
    hub: LoopbackHub, read: Read, tmp_path: Path
) -> None:
    from tokenizers import Tokenizer, models

    tokenizer = Tokenizer(models.WordLevel({"a": 0, "b": 1, "[UNK]": 2}, unk_token="[UNK]")).to_str()
    settings = b'{"tokenizer_class": "PreTrainedTokenizerFast"}'
    files = {**FILES, "tokenizer.json": tokenizer.encode(), "tokenizer_config.json": settings}
    hub.repositories["org/name"].commit(files)
    read(extra=("tokenizer.json",))
    hub.forget()
    result = python(LOAD, tmp_path / "hub", HF_HUB_OFFLINE="1", HF_ENDPOINT=hub.endpoint)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == [64, 3]
    assert hub.requests == []


def test_the_library_finds_and_scans_what_was_written(hub: LoopbackHub, read: Read, tmp_path: Path) -> None:
    from huggingface_hub import scan_cache_dir, try_to_load_from_cache

    snapshot = read(extra=("tokenizer.json",))
    found = try_to_load_from_cache("org/name", "config.json", cache_dir=str(tmp_path / "hub"))
    assert isinstance(found, str)
    assert Path(found).read_bytes() == CONFIG
    scanned = scan_cache_dir(tmp_path / "hub")
    assert not scanned.warnings
    (repository,) = scanned.repos
    (revision,) = repository.revisions
    assert revision.commit_hash == snapshot.revision
    assert revision.refs == {"main"}
    assert {file.file_name for file in revision.files} == set(snapshot.files)


def test_what_the_library_wrote_is_used(hub: LoopbackHub, read: Read, tmp_path: Path) -> None:
    from huggingface_hub import snapshot_download

    snapshot_download("org/name", cache_dir=tmp_path / "hub", allow_patterns=["*.json"])
    hub.forget()
    assert read().outcome == "read"
    assert [request.path.split("?")[0] for request in hub.requests] == ["/api/models/org/name"]


FETCH = """
import sys
from archinspect.records import Target
from archinspect.sources.hub import fetch, FetchOptions
names = sys.stdin.read().split()
report = fetch([Target(n, n) for n in names], FetchOptions(timeout=30, want_headers=True))
assert all(s.outcome == "read" for s in report.snapshots), [s.error for s in report.snapshots]
"""


def test_two_processes_write_the_same_cache(hub: LoopbackHub, tmp_path: Path) -> None:
    names = [f"org/m{n}" for n in range(12)]
    for name in names:
        hub.add(Repository(name, FILES))
    hub.latency = 0.005
    environment = {
        **os.environ,
        "HF_ENDPOINT": hub.endpoint,
        "HF_HOME": str(tmp_path),
        "HF_HUB_CACHE": str(tmp_path / "hub"),
    }
    processes = [
        subprocess.Popen([sys.executable, "-c", FETCH], env=environment, stdin=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(" ".join(names))
        process.stdin.close()
    assert [process.wait(60) for process in processes] == [0, 0]
    assert_cache_is_whole(tmp_path / "hub")


def assert_cache_is_whole(root: Path) -> None:
    """Every blob is what its name says, every link leads to a blob, every ref to files."""
    for folder in root.glob("models--*"):
        for blob in (folder / "blobs").glob("*"):
            if not blob.name.endswith(".incomplete"):
                assert hubcache.integrity.matches(blob.name, blob.read_bytes())
        for link in (folder / "snapshots").glob("*/*"):
            if not link.name.endswith(".incomplete"):
                assert link.exists()
        for ref in (folder / "refs").glob("*"):
            if not ref.name.endswith(".incomplete"):
                assert (folder / "snapshots" / ref.read_text() / "config.json").exists()
