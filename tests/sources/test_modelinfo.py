"""Names, and the Hub's answer about a model."""

from __future__ import annotations

import json

import pytest

from archinspect.sources import modelinfo
from archinspect.sources.trouble import SourceError

SHA = "a" * 40


@pytest.mark.parametrize("repo", ["gpt2", "org/name", "Org-1/na.me_2", "a/b" + "c" * 95])
def test_names_of_repositories(repo: str) -> None:
    assert modelinfo.is_repo(repo)


@pytest.mark.parametrize(
    "repo",
    [
        "",
        ".",
        "..",
        "../x",
        "a/..",
        "a/b/c",
        "/a",
        "a/",
        "a//b",
        "a--b/c",
        "a b",
        "a/b\n",
        "-a/b",
        ".a/b",
        "a/b.git",
    ],
)
def test_names_that_are_none(repo: str) -> None:
    assert not modelinfo.is_repo(repo)


@pytest.mark.parametrize("revision", ["main", "refs/pr/1", "v1.0", "feature/x-y", SHA])
def test_revisions(revision: str) -> None:
    assert modelinfo.is_revision(revision)


@pytest.mark.parametrize(
    "revision", ["", ".", "..", "a/../b", "/a", "a/", "a b", "a\nb", "a:b", "a\\b", "~", "x" * 300]
)
def test_revisions_that_are_none(revision: str) -> None:
    assert not modelinfo.is_revision(revision)


def info(**changes: object) -> bytes:
    siblings = [
        {"rfilename": "config.json", "size": 3, "blobId": "b" * 40},
        {"rfilename": "w.safetensors", "size": 9, "blobId": "c" * 40, "lfs": {"sha256": "d" * 64, "size": 9}},
        {"rfilename": "masked.safetensors", "size": 9, "lfs": {"sha256": "*" * 64, "size": 9}},
    ]
    return json.dumps(
        {"id": "org/name", "sha": SHA, "gated": "auto", "siblings": siblings, **changes}
    ).encode()


def test_a_listing_keeps_digests_of_the_right_form_only() -> None:
    parsed = modelinfo.parse(info(), "org/name", None)
    assert parsed.gated
    assert parsed.listing["config.json"].blob_id == "b" * 40
    assert parsed.listing["w.safetensors"].blob_id == "d" * 64
    assert parsed.listing["masked.safetensors"].blob_id is None


def test_the_answer_must_be_about_the_commit_asked_for() -> None:
    assert modelinfo.parse(info(), "org/name", SHA).sha == SHA
    assert modelinfo.parse(info(), "org/name", "main").sha == SHA
    with pytest.raises(SourceError, match="the answer is about"):
        modelinfo.parse(info(), "org/name", "e" * 40)


@pytest.mark.parametrize("changes", [{"sha": "A" * 40}, {"sha": 3}, {"id": "a/../b"}, {"siblings": None}])
def test_an_answer_with_parts_missing(changes: dict[str, object]) -> None:
    with pytest.raises(SourceError) as caught:
        modelinfo.parse(info(**changes), "org/name", None)
    assert caught.value.kind == "bad_answer"
