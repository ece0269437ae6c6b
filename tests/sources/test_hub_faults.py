"""Every fault ends in an outcome: in time, and never in bytes that were not published."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from loopback_hub import Big, LoopbackHub, Repository

from archinspect.records import Snapshot, Target
from archinspect.sources import pace, transport

from .conftest import CONFIG, FILES, HEADER, MODEL, report

Read = Callable[..., Snapshot]
INFO = r"GET /api/models/"
FILE = r"GET /.*/config\.json"


@pytest.fixture(autouse=True)
def _short_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "IDLE_SECONDS", 0.5)
    monkeypatch.setattr(pace, "FIRST_DELAY", 0.05)


PASSING: dict[str, dict[str, Any]] = {
    "429 with a small Retry-After": {"kind": "status", "status": 429, "headers": {"Retry-After": "1"}},
    "429 without Retry-After": {"kind": "status", "status": 429},
    "500": {"kind": "status", "status": 500},
    "503 with Retry-After": {"kind": "status", "status": 503, "headers": {"Retry-After": "0"}},
    "a hang": {"kind": "hang_before"},
    "a hang in the body": {"kind": "hang_middle"},
    "a truncated body": {"kind": "truncate"},
    "a closed connection": {"kind": "disconnect"},
}


@pytest.mark.parametrize("where", [INFO, FILE], ids=["info", "file"])
@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_fault_that_passes_is_waited_out(
    hub: LoopbackHub, read: Read, where: str, fault: dict[str, Any]
) -> None:
    details = dict(fault)
    hub.fault(details.pop("kind"), where, times=1, **details)
    snapshot = read()
    assert snapshot.outcome == "read"
    assert snapshot.files["config.json"].content == CONFIG


def test_a_flipped_byte_is_noticed_and_fetched_again(hub: LoopbackHub, read: Read) -> None:
    hub.fault("flip", r"GET /api/resolve-cache/.*config\.json", times=1)
    assert read().files["config.json"].content == CONFIG


LASTING: dict[str, tuple[dict[str, Any], str, str]] = {
    "429, a day": (
        {"kind": "status", "status": 429, "headers": {"Retry-After": "86400"}},
        "rate_limited",
        "",
    ),
    "429, a date": (
        {"kind": "status", "status": 429, "headers": {"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"}},
        "rate_limited",
        "",
    ),
    "429, nonsense": (
        {"kind": "status", "status": 429, "headers": {"Retry-After": "-1e99"}},
        "rate_limited",
        "",
    ),
    "500 for ever": ({"kind": "status", "status": 500}, "error", "server"),
    "503 for ever": ({"kind": "status", "status": 503}, "error", "server"),
    "418": ({"kind": "status", "status": 418}, "error", "refused"),
    "a hang": ({"kind": "hang_before"}, "error", "timeout"),
    "a hang in the body": ({"kind": "hang_middle"}, "error", "timeout"),
    "truncation": ({"kind": "truncate"}, "error", "connection"),
    "a closed connection": ({"kind": "disconnect"}, "error", "connection"),
    "an endless body": ({"kind": "endless"}, "malformed", "too_large"),
    "a redirect to nowhere": ({"kind": "status", "status": 302}, "error", "redirect"),
    "a redirect to a file": (
        {"kind": "status", "status": 302, "headers": {"Location": "file:///etc/passwd"}},
        "error",
        "redirect",
    ),
    # older clients of the library raise on these themselves, as a broken connection
    "a redirect to no port": (
        {"kind": "status", "status": 302, "headers": {"Location": "http://x:port/"}},
        "error",
        "",
    ),
    "a redirect to no host": (
        {"kind": "status", "status": 302, "headers": {"Location": "http://[x"}},
        "error",
        "",
    ),
    "disabled": ({"kind": "status", "status": 403, "headers": {"X-Error-Code": "DisabledRepo"}}, "error", ""),
}


@pytest.mark.parametrize("where", [INFO, FILE], ids=["info", "file"])
@pytest.mark.parametrize(("fault", "outcome", "code"), LASTING.values(), ids=LASTING)
def test_a_fault_that_lasts_is_the_models_outcome(
    hub: LoopbackHub, read: Read, where: str, fault: dict[str, Any], outcome: str, code: str
) -> None:
    details = dict(fault)
    hub.fault(details.pop("kind"), where, **details)
    start = time.monotonic()
    snapshot = read()
    assert time.monotonic() - start < 4
    assert snapshot.outcome == outcome
    assert snapshot.error is not None
    assert snapshot.error.code.startswith(code)
    assert snapshot.error.message
    assert snapshot.files == {}


CORRUPT: dict[str, tuple[dict[str, Any], str]] = {
    "a flipped byte": ({"kind": "flip"}, "integrity"),
    "other bytes of the same length": (
        {"kind": "rewrite", "change": lambda body: body.replace(b"64", b"96")},
        "integrity",
    ),
    "a shorter body": ({"kind": "rewrite", "change": lambda body: body[:-1]}, "integrity"),
    "a longer body": ({"kind": "rewrite", "change": lambda body: body + b" "}, "too_large"),
    "HTML": ({"kind": "rewrite", "change": lambda body: b"<!doctype html>"}, "integrity"),
    "a stated length too small": ({"kind": "headers", "headers": {"Content-Length": "5"}}, "integrity"),
    "a stated length too large": ({"kind": "headers", "headers": {"Content-Length": "99999"}}, "too_large"),
    "10 GB": ({"kind": "headers", "headers": {"Content-Length": str(10 * 2**30)}}, "too_large"),
}


@pytest.mark.parametrize(("fault", "code"), CORRUPT.values(), ids=CORRUPT)
def test_bytes_that_were_not_published_are_never_read(
    hub: LoopbackHub, read: Read, fault: dict[str, Any], code: str
) -> None:
    details = dict(fault)
    hub.fault(details.pop("kind"), r"GET /api/resolve-cache/.*/config\.json", **details)
    snapshot = read()
    assert snapshot.outcome in ("error", "malformed")
    assert snapshot.error is not None
    assert snapshot.error.code == code
    assert "config.json of org/name" in snapshot.error.message
    assert snapshot.files == {}
    hub.faults.clear()
    assert read().files["config.json"].content == CONFIG  # nothing bad was kept


ANSWERS: dict[str, Callable[[bytes], bytes]] = {
    "HTML": lambda body: b"<html>sign in</html>",
    "nothing": lambda body: b"",
    "a list": lambda body: b"[]",
    "half": lambda body: body[: len(body) // 2],
    "deep": lambda body: b"[" * 10**6,
    "no sha": lambda body: json.dumps({**json.loads(body), "sha": None}).encode(),
    "a path for a sha": lambda body: json.dumps({**json.loads(body), "sha": "../../../../evil"}).encode(),
    "a path for an id": lambda body: json.dumps({**json.loads(body), "id": "../../evil"}).encode(),
    "no files": lambda body: json.dumps({**json.loads(body), "siblings": 3}).encode(),
}


@pytest.mark.parametrize("change", ANSWERS.values(), ids=ANSWERS)
def test_a_model_info_that_is_none_is_malformed(
    hub: LoopbackHub, read: Read, change: Callable[[bytes], bytes]
) -> None:
    hub.fault("rewrite", INFO, change=change)
    snapshot = read()
    assert snapshot.outcome == "malformed"
    assert snapshot.error is not None
    assert snapshot.error.code == "bad_answer"


def test_a_listing_full_of_traps(hub: LoopbackHub, read: Read) -> None:
    traps = [
        3,
        None,
        {},
        {"rfilename": None},
        {"rfilename": "../../evil.py", "blobId": "a" * 40, "size": 1},
        {"rfilename": "generation_config.json", "blobId": "../../../../evil", "size": -1},
        {"rfilename": "added_tokens.json", "size": True, "lfs": {"sha256": ["x"], "size": "1"}},
        {"rfilename": "config.json", "blobId": 7, "size": 1},  # a second entry of the same name
    ]

    def add(body: bytes) -> bytes:
        info = json.loads(body)
        return json.dumps({**info, "siblings": info["siblings"] + traps}).encode()

    hub.fault("rewrite", INFO, change=add)
    snapshot = read(want_code=True, want_headers=True)
    assert snapshot.outcome == "read"
    assert snapshot.files["config.json"].check == "blob_id"
    assert not any("evil" in request.path for request in hub.requests)
    assert set(snapshot.problems) == {"added_tokens.json"}


@pytest.mark.parametrize("etag", ['"../../../../evil"', '"' + "0" * 40 + '"', ""])
def test_a_hostile_etag_changes_nothing(hub: LoopbackHub, read: Read, etag: str, tmp_path: Any) -> None:
    hub.fault(
        "headers", r"config\.json", headers={"ETag": etag, "X-Linked-Etag": etag, "X-Repo-Commit": etag}
    )
    assert read().files["config.json"].content == CONFIG
    assert sorted(path.name for path in (tmp_path / "hub").iterdir()) == ["models--org--name"]
    assert not list(tmp_path.rglob("*evil*"))


def test_a_foreign_redirect_is_not_believed(hub: LoopbackHub, read: Read) -> None:
    hub.fault("status", r"/org/name/resolve/.*/config", status=302, headers={"Location": hub.foreign + "/x"})
    snapshot = read()
    assert snapshot.outcome == "error"
    assert snapshot.error is not None
    assert snapshot.error.code == "integrity"


def test_a_foreign_model_info_is_not_even_asked_for(hub: LoopbackHub, read: Read) -> None:
    hub.fault("status", INFO, status=302, headers={"Location": hub.foreign + "/x"})
    assert read().outcome == "error"
    assert {request.origin for request in hub.requests} == {"hub"}


def test_a_loop_of_redirects_ends(hub: LoopbackHub, read: Read) -> None:
    hub.fault("status", INFO, status=307, headers={"Location": "/api/models/org/name"})
    snapshot = read()
    assert snapshot.error is not None
    assert snapshot.error.code == "redirect"
    assert len(hub.requests) <= transport.MOST_HOPS + 1


@pytest.mark.parametrize("kind", ["slow", "slow_headers"])
def test_a_slow_server_cannot_outlast_the_deadline(hub: LoopbackHub, read: Read, kind: str) -> None:
    hub.fault(kind, r"GET /api/resolve-cache/.*/config\.json", pause=0.3)
    start = time.monotonic()
    snapshot = read(timeout=2)
    assert time.monotonic() - start < 3
    assert snapshot.outcome == "error"
    assert snapshot.error is not None
    assert snapshot.error.code == "timeout"


def test_a_model_that_hangs_does_not_keep_the_others(
    hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "IDLE_SECONDS", 60.0)
    hub.add(Repository("org/silent", FILES))
    hub.fault("hang_before", "silent")
    start = time.monotonic()
    silent, good = report(hub, Target("s", "org/silent"), MODEL, timeout=2).snapshots
    assert time.monotonic() - start < 3
    assert (silent.outcome, good.outcome) == ("error", "read")


def test_a_file_that_hangs_is_a_problem_of_that_file(hub: LoopbackHub, read: Read) -> None:
    hub.fault("hang_before", r"generation_config")
    snapshot = read()
    assert snapshot.outcome == "read"
    assert snapshot.problems["generation_config.json"].code == "timeout"
    assert snapshot.has("generation_config.json") is True


def test_a_listed_file_that_is_not_served(hub: LoopbackHub, read: Read) -> None:
    gone = {"X-Error-Code": "EntryNotFound"}
    hub.fault("status", r"generation_config", status=404, headers=gone)
    assert read().problems["generation_config.json"].code == "missing"


def test_a_used_up_window_is_not_run_into(hub: LoopbackHub) -> None:
    for n in range(30):
        hub.add(Repository(f"org/m{n}", FILES))
    hub.fault("status", INFO, status=429, headers={"Retry-After": "3600"})
    targets = [Target(f"m{n}", f"org/m{n}") for n in range(30)]
    result = report(hub, *targets, jobs=4)
    assert {snapshot.outcome for snapshot in result.snapshots} == {"rate_limited"}
    assert result.requests <= 8  # those that were under way, not thirty


def test_a_short_window_is_waited_for(hub: LoopbackHub, read: Read) -> None:
    hub.fault("headers", INFO, times=1, headers={"RateLimit": '"api";r=0;t=0'})
    hub.fault(
        "status", r"generation_config", times=1, status=429, headers={"RateLimit": '"resolvers";r=0;t=0'}
    )
    assert read().problems == {}


def test_range_that_is_ignored_downloads_no_weights(hub: LoopbackHub, read: Read) -> None:
    start = len(HEADER).to_bytes(8, "little") + HEADER
    hub.add(Repository("org/big", {"config.json": CONFIG, "model.safetensors": Big(start, 10 * 2**30)}))
    hub.fault("ignore_range", "/lfs/")
    snapshot = read(Target("b", "org/big"), want_headers=True)
    assert snapshot.outcome == "read"
    assert snapshot.headers == {}
    assert "ignores Range" in snapshot.problems["model.safetensors"].message


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Range": "bytes 0-76/78"},
        {"Content-Range": "bytes 1-77/77"},
        {"Content-Range": None},
        {"Content-Range": "nonsense"},
    ],
)
def test_a_wrong_part_of_a_weight_file_is_refused(
    hub: LoopbackHub, read: Read, headers: dict[str, str | None]
) -> None:
    hub.fault("headers", "/lfs/", headers=headers)
    snapshot = read(want_headers=True)
    assert snapshot.headers == {}
    assert snapshot.problems["model.safetensors"].code == "integrity"


def test_an_unreachable_hub_is_offline_and_said_once(
    hub: LoopbackHub, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    targets = [Target(f"m{n}", f"org/m{n}") for n in range(50)]
    start = time.monotonic()
    result = report(hub, *targets)
    assert time.monotonic() - start < 5
    assert {snapshot.outcome for snapshot in result.snapshots} == {"offline"}
    assert result.requests <= 2 * 32


def test_a_commit_in_the_cache_survives_a_dead_hub(
    hub: LoopbackHub, read: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    read()
    pinned = Target("model", "org/name", hub.repositories["org/name"].sha)
    monkeypatch.setenv("ARCHINSPECT_CACHE", str(tmp_path / "other"))  # the listing is not remembered
    hub.fault("status", ".", status=500)
    snapshot = read(pinned)
    assert snapshot.outcome == "read"
    assert snapshot.origin.kind == "cache"
    assert any("500" in note for note in snapshot.notes)
    branch = read()
    assert branch.outcome == "error"  # what main is now cannot be known


def test_the_whole_run_ends_at_the_deadline_with_what_there_is(hub: LoopbackHub, read: Read) -> None:
    hub.fault("status", "generation_config", status=429, headers={"Retry-After": "2"})
    snapshot = read(timeout=1.5)
    assert snapshot.outcome == "read"
    assert snapshot.problems["generation_config.json"].code in ("rate_limited", "timeout")
