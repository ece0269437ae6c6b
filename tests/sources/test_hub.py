"""The plan: what is asked for, in how many requests, and what is concluded."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from loopback_hub import Big, LoopbackHub, Repository

from archinspect.errors import FetchError, UsageError
from archinspect.records import Snapshot, Target, git_blob_id
from archinspect.sources.hub import FetchOptions, fetch

from .conftest import CONFIG, FILES, HEADER, MODEL, report

Read = Callable[..., Snapshot]


def test_reads_the_wanted_files_at_one_commit(hub: LoopbackHub, read: Read) -> None:
    snapshot = read(want_headers=True)
    assert snapshot.outcome == "read"
    assert snapshot.revision == hub.repositories["org/name"].sha
    assert snapshot.origin.kind == "hub"
    assert {path: file.content for path, file in snapshot.files.items()} == {
        "config.json": CONFIG,
        "generation_config.json": b"{}",
    }
    assert snapshot.files["config.json"].blob_id == git_blob_id(CONFIG)
    assert {file.check for file in snapshot.files.values()} == {"blob_id"}
    assert snapshot.headers == {"model.safetensors": HEADER}
    assert snapshot.has("README.md") is True
    assert snapshot.has("chat_template.jinja") is False
    assert snapshot.hub is not None
    assert snapshot.hub["cardData"] == {"license": "mit"}


def test_one_info_and_two_requests_a_file(hub: LoopbackHub) -> None:
    result = report(hub, MODEL)
    assert result.requests == 1 + 2 * 2
    assert result.requests == len(hub.requests)
    assert result.hops == 2
    assert len(result.log) == result.requests


def test_a_warm_branch_costs_one_request_and_a_warm_commit_none(hub: LoopbackHub, read: Read) -> None:
    read(want_headers=True)
    hub.forget()
    assert read(want_headers=True).outcome == "read"
    assert [request.method for request in hub.requests] == ["HEAD"]
    hub.forget()
    pinned = read(Target("model", "org/name", hub.repositories["org/name"].sha), want_headers=True)
    assert pinned.outcome == "read"
    assert pinned.origin.kind == "cache"
    assert hub.requests == []


@pytest.mark.parametrize(
    ("missing", "requests"),
    [({"X-Repo-Commit": None}, 1), ({"X-Repo-Commit": "x", "Location": "/"}, 2)],
)
def test_a_head_that_names_no_commit_is_made_up_for(
    hub: LoopbackHub, read: Read, missing: dict[str, str | None], requests: int
) -> None:
    read()
    hub.forget()
    hub.fault("headers", "^HEAD", headers=missing)
    assert read().outcome == "read"
    assert len(hub.requests) == requests


def test_a_branch_that_moved_is_read_anew(hub: LoopbackHub, read: Read) -> None:
    read()
    changed = CONFIG.replace(b"64", b"96")
    sha = hub.repositories["org/name"].commit({**FILES, "config.json": changed})
    snapshot = read()
    assert snapshot.revision == sha
    assert snapshot.files["config.json"].content == changed


def test_a_branch_that_moves_between_two_requests_is_read_at_one_commit(hub: LoopbackHub, read: Read) -> None:
    repository = hub.repositories["org/name"]
    first = repository.sha
    hub.fault("latency", r"/resolve/", pause=0.2)
    thread = threading.Timer(0.1, repository.commit, [{"config.json": b'{"later": true}'}])
    thread.start()
    snapshot = read()
    thread.join()
    assert repository.sha != first
    assert snapshot.revision == first
    assert snapshot.files["config.json"].content == CONFIG


def test_other_branches_are_found_under_their_name(hub: LoopbackHub, read: Read, tmp_path: Path) -> None:
    sha = hub.repositories["org/name"].commit({"config.json": b"{}"}, branch="refs/pr/1")
    snapshot = read(Target("model", "org/name", "refs/pr/1"))
    assert snapshot.revision == sha
    assert (tmp_path / "hub/models--org--name/refs/refs/pr/1").read_text() == sha


def test_a_large_tokenizer_is_fetched_only_when_asked_for(hub: LoopbackHub, read: Read) -> None:
    snapshot = read()
    assert snapshot.more is not None
    assert not any("tokenizer.json" in request.path for request in hub.requests)
    assert snapshot.more("tokenizer.json").content == FILES["tokenizer.json"]
    with pytest.raises(FetchError, match=r"no vocab\.json"):
        snapshot.more("vocab.json")
    assert "tokenizer.json" in read(extra=("tokenizer.json",)).files


def test_code_is_read_only_when_asked_for_and_never_run(hub: LoopbackHub, read: Read) -> None:
    hub.add(Repository("org/code", {**FILES, "modeling_x.py": b"raise SystemExit", "sub/y.py": b""}))
    target = Target("code", "org/code")
    assert "modeling_x.py" not in read(target).files
    assert set(read(target, want_code=True).files) >= {"modeling_x.py"}


def test_a_header_longer_than_the_first_read_takes_one_more_range(hub: LoopbackHub, read: Read) -> None:
    tensors = {f"layer.{n}.weight": {"dtype": "F32", "shape": [1], "data_offsets": [4 * n, 4 * n + 4]}
               for n in range(6000)}  # fmt: skip
    header = json.dumps(tensors).encode()
    size = 8 + len(header) + 4 * 6000
    start = len(header).to_bytes(8, "little") + header
    hub.add(Repository("org/long", {"config.json": CONFIG, "model.safetensors": Big(start, size)}))
    snapshot = read(Target("long", "org/long"), want_headers=True)
    assert snapshot.headers["model.safetensors"] == header
    ranges = [request.headers["range"] for request in hub.requests if request.origin == "cdn"]
    assert ranges == ["bytes=0-262143", f"bytes=262144-{len(start) - 1}"]


def test_all_shards_are_read_in_the_same_wave_and_those_only_an_index_names_after_it(
    hub: LoopbackHub, read: Read
) -> None:
    start = len(HEADER).to_bytes(8, "little") + HEADER + b"\0" * 8
    shards = {f"model-0000{n}-of-00003.safetensors": start for n in (1, 2, 3)}
    odd = {"weights.safetensors": start}
    index = json.dumps({"weight_map": {"a": "weights.safetensors", "b": "gone.safetensors", "c": 3}}).encode()
    files = {**shards, **odd, "config.json": CONFIG, "model.safetensors.index.json": index}
    hub.add(Repository("org/shards", files))
    assert set(read(Target("s", "org/shards"), want_headers=True).headers) == {*shards, *odd}


def test_many_models_share_one_pool_and_keep_their_order(hub: LoopbackHub) -> None:
    for n in range(20):
        hub.add(Repository(f"org/m{n}", {"config.json": b'{"n": %d}' % n}))
    hub.latency = 0.05
    start = time.monotonic()
    result = report(hub, *(Target(f"m{n}", f"org/m{n}") for n in range(20)))
    assert time.monotonic() - start < 20 * 3 * 0.05 / 2
    contents = [json.loads(snapshot.files["config.json"].content)["n"] for snapshot in result.snapshots]
    assert contents == list(range(20))


def test_one_bad_model_does_not_touch_the_others(hub: LoopbackHub) -> None:
    result = report(hub, Target("x", "org/none"), MODEL, Target("y", "not a name"), Target("z", "../.."))
    assert [snapshot.outcome for snapshot in result.snapshots] == [
        "not_found_or_private",
        "read",
        "not_found_or_private",
        "not_found_or_private",
    ]


def test_a_repository_without_a_config(hub: LoopbackHub, read: Read) -> None:
    hub.add(Repository("org/gguf", {"model.gguf": b"GGUF"}))
    snapshot = read(Target("g", "org/gguf"))
    assert snapshot.outcome == "malformed"
    assert snapshot.error is not None
    assert snapshot.error.code == "no_config"


def test_a_config_that_is_listed_too_large_is_never_asked_for(hub: LoopbackHub, read: Read) -> None:
    hub.add(Repository("org/large", {"config.json": Big(b"{", 200 * 2**20)}))
    snapshot = read(Target("l", "org/large"))
    assert snapshot.outcome == "malformed"
    assert not any("/resolve/" in request.path for request in hub.requests)


def test_a_renamed_repository_is_read_and_its_new_name_reported(hub: LoopbackHub, read: Read) -> None:
    hub.add(Repository("org/new", {"config.json": CONFIG}, renamed_from="org/old"))
    snapshot = read(Target("m", "org/old"))
    assert snapshot.outcome == "read"
    assert snapshot.origin.repo == "org/new"
    assert snapshot.files["config.json"].check == "blob_id"
    assert "org/new" in snapshot.notes[0]


def test_an_unknown_revision(hub: LoopbackHub, read: Read) -> None:
    snapshot = read(Target("model", "org/name", "nowhere"))
    assert snapshot.outcome == "not_found_or_private"
    assert snapshot.error is not None
    assert snapshot.error.code == "revision_not_found"


def test_no_targets_no_contact(hub: LoopbackHub) -> None:
    assert not fetch([], FetchOptions()).contacted
    assert hub.requests == []


def test_an_endpoint_that_is_no_address(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "huggingface.co")
    with pytest.raises(UsageError, match="HF_ENDPOINT"):
        fetch([MODEL])


class Watcher:
    def __init__(self) -> None:
        self.seen: list[tuple[int, int, int]] = []
        self.closed = False

    def update(self, done: int, total: int, requests: int) -> None:
        self.seen.append((done, total, requests))

    def close(self) -> None:
        self.closed = True


def test_progress_is_told_from_start_to_end(hub: LoopbackHub) -> None:
    watcher = Watcher()
    fetch([MODEL], FetchOptions(), watcher)
    assert watcher.seen[-1] == (1, 1, 5)
    assert watcher.closed
