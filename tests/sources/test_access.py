"""Gated, private, tokens and mirrors."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from loopback_hub import LoopbackHub, Repository

from archinspect.errors import UsageError
from archinspect.records import Snapshot, Target

from .conftest import CONFIG, FILES, MODEL, WEIGHTS, report

Read = Callable[..., Snapshot]
GATED = Target("gated", "org/gated")


@pytest.fixture
def gated(hub: LoopbackHub) -> Repository:
    return hub.add(Repository("org/gated", FILES, gated="manual"))


def test_gated_without_a_token(hub: LoopbackHub, read: Read, gated: Repository) -> None:
    snapshot = read(GATED)
    assert snapshot.outcome == "gated"
    assert snapshot.error is not None
    assert "no token was sent" in (snapshot.error.hint or "")
    assert snapshot.files == {}
    assert snapshot.listing is not None
    assert len(hub.requests) == 2  # the info and one probe, not one refusal per file


def test_gated_with_a_token_without_access(
    hub: LoopbackHub, read: Read, gated: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_stranger")
    snapshot = read(GATED)
    assert snapshot.outcome == "gated"
    assert snapshot.error is not None
    assert "token sent has no access" in (snapshot.error.hint or "")


def test_gated_with_access_reads_and_says_what_is_unproved(
    hub: LoopbackHub, read: Read, gated: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_member")
    snapshot = read(GATED, extra=("tokenizer.json",))
    assert snapshot.outcome == "read"
    assert snapshot.files["config.json"].check == "blob_id"
    assert snapshot.files["tokenizer.json"].check == "unverified"  # its digest is masked in the listing


def test_private_looks_like_missing_to_the_anonymous(
    hub: LoopbackHub, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add(Repository("org/private", FILES, private=True))
    target = Target("p", "org/private")
    assert read(target).outcome == read(Target("m", "org/none")).outcome == "not_found_or_private"
    monkeypatch.setenv("HF_TOKEN", "hf_member")
    assert read(target).outcome == "read"
    missing = read(Target("m", "org/none"))
    assert missing.error is not None
    assert missing.error.code == "not_found"


def test_a_bad_token_is_said_to_be_one(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    snapshot = read()
    assert snapshot.outcome == "error"
    assert snapshot.error is not None
    assert snapshot.error.code == "invalid_token"


def test_the_token_goes_to_the_endpoint_only(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_member")
    hub.fault("status", r"/resolve/.*generation", status=302, headers={"Location": hub.foreign + "/x"})
    result = report(hub, MODEL, want_headers=True, extra=("tokenizer.json",))
    sent = {request.origin: request.authorized for request in hub.requests}
    assert sent == {"hub": True, "cdn": False, "foreign": False}
    assert "hf_member" not in repr(result)
    assert "hf_member" not in "".join(result.log)


def test_no_token_is_sent_when_it_is_not_wanted(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_member")
    report(hub, MODEL, use_token=False)
    assert not any(request.authorized for request in hub.requests)


def test_a_token_that_cannot_be_one_is_not_quoted(
    hub: LoopbackHub, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret\u00e9")
    with pytest.raises(UsageError) as caught:
        read()
    assert "secret" not in str(caught.value)
    assert hub.requests == []


def test_the_librarys_own_statistics_are_not_sent(hub: LoopbackHub, read: Read) -> None:
    read()
    assert not any("agent" in request.path for request in hub.requests)


def mirrored(hub: LoopbackHub, files: dict[str, bytes]) -> Target:
    hub.add(Repository("copy/gated", files))
    return Target("gated", "org/gated", mirrors=("copy/gone", "copy/gated"))


def test_a_mirror_is_used_and_held_against_the_official_listing(
    hub: LoopbackHub, read: Read, gated: Repository
) -> None:
    snapshot = read(mirrored(hub, dict(FILES)))
    assert snapshot.outcome == "read"
    assert (snapshot.origin.kind, snapshot.origin.repo) == ("mirror", "copy/gated")
    assert snapshot.origin.equals_official is True
    assert snapshot.files["config.json"].check == "blob_id"
    assert snapshot.hub is not None
    assert snapshot.hub["gated"] == "manual"


def test_a_mirror_that_differs_is_no_proof(hub: LoopbackHub, read: Read, gated: Repository) -> None:
    changed = {**FILES, "config.json": CONFIG + b"\n", "added_tokens.json": b"{}"}
    snapshot = read(mirrored(hub, changed))
    assert snapshot.origin.equals_official is False
    assert snapshot.files["config.json"].check == "unverified"
    assert snapshot.files["generation_config.json"].check == "blob_id"
    assert any("config.json" in note for note in snapshot.notes)
    assert any("added_tokens.json" in note for note in snapshot.notes)


def test_masked_digests_leave_a_mirrors_file_unproved(
    hub: LoopbackHub, read: Read, gated: Repository
) -> None:
    snapshot = read(mirrored(hub, dict(FILES)), extra=("tokenizer.json",))
    assert snapshot.origin.equals_official is None
    assert snapshot.files["tokenizer.json"].check == "unverified"
    assert any("masked" in note for note in snapshot.notes)


def test_a_mirror_is_not_touched_when_the_official_repository_is_open(hub: LoopbackHub, read: Read) -> None:
    hub.add(Repository("copy/name", FILES))
    assert read(Target("model", "org/name", mirrors=("copy/name",))).origin.kind == "hub"
    assert not any("copy" in request.path for request in hub.requests)


def test_mirrors_that_fail_leave_the_official_outcome(
    hub: LoopbackHub, read: Read, gated: Repository
) -> None:
    snapshot = read(Target("gated", "org/gated", mirrors=("copy/gone",)))
    assert snapshot.outcome == "gated"
    assert snapshot.error is not None
    assert "copy/gone" in snapshot.error.message


def test_a_mirror_is_asked_for_headers_too(hub: LoopbackHub, read: Read, gated: Repository) -> None:
    assert WEIGHTS
    snapshot = read(mirrored(hub, dict(FILES)), want_headers=True)
    assert "model.safetensors" in snapshot.headers
