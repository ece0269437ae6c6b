"""The bundled snapshot: what is in it is what its manifest says, and nothing else passes for it."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from pathlib import Path

import pytest

from archinspect.errors import FetchError
from archinspect.records import Target, git_blob_id
from archinspect.sources import bundled
from archinspect.sources.files import wanted

REPO = "microsoft/Phi-4-mini-instruct"


def target(repo: str = REPO, revision: str | None = None) -> Target:
    return Target(repo, repo, revision)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundled.FOLDER, tmp_path / "snapshot"))


def test_reads_the_files_as_they_were_published() -> None:
    snapshot = bundled.read(target())
    assert snapshot.outcome == "read"
    assert snapshot.origin.kind == "bundled"
    assert snapshot.files["config.json"].check == "published_digest"
    # the digest independent records give for this file at cfbefacb99257ffa30c83adab238a50856ac3083
    assert len(snapshot.files["config.json"].content) == 2504
    assert json.loads(snapshot.files["config.json"].content)["num_key_value_heads"] == 8


def test_every_file_on_disk_is_in_the_manifest_and_the_other_way_round() -> None:
    on_disk = {
        path.relative_to(bundled.FOLDER).as_posix() for path in bundled.FOLDER.rglob("*") if path.is_file()
    }
    listed = {"manifest.json", "NOTICE.md"}
    for repo in bundled.repositories():
        snapshot = bundled.read(target(repo))
        assert snapshot.problems == {}
        listed |= {f"{bundled.folder_name(repo)}/{path}" for path in snapshot.files}
    assert on_disk == listed


def test_every_file_is_of_a_kind_that_is_read_and_below_its_cap() -> None:
    for repo in bundled.repositories():
        for path, file in bundled.read(target(repo)).files.items():
            row = wanted(path)
            assert row is not None
            assert row.kind == "metadata"
            assert len(file.content) <= row.cap
            assert file.blob_id == git_blob_id(file.content)


def test_a_changed_byte_of_config_fails_the_model(copy: Path) -> None:
    path = copy / bundled.folder_name(REPO) / "config.json"
    path.write_bytes(path.read_bytes().replace(b"3072", b"4096", 1))
    snapshot = bundled.read(target(), copy)
    assert snapshot.outcome == "error"
    assert snapshot.error is not None
    assert "config.json" in snapshot.error.message
    assert snapshot.files == {}


def test_a_changed_byte_of_another_file_is_that_files_problem(copy: Path) -> None:
    path = copy / bundled.folder_name(REPO) / "generation_config.json"
    path.write_bytes(path.read_bytes() + b" ")
    snapshot = bundled.read(target(), copy)
    assert snapshot.outcome == "read"
    assert "generation_config.json" not in snapshot.files
    assert snapshot.problems["generation_config.json"].code == "integrity"
    assert snapshot.has("generation_config.json")


def test_a_missing_file_is_named(copy: Path) -> None:
    (copy / bundled.folder_name(REPO) / "config.json").unlink()
    snapshot = bundled.read(target(), copy)
    assert snapshot.outcome == "error"
    assert snapshot.error is not None
    assert "config.json" in snapshot.error.message


def test_a_repository_that_is_not_bundled() -> None:
    snapshot = bundled.read(target("nobody/nothing"))
    assert snapshot.outcome == "not_in_snapshot"
    assert snapshot.error is not None
    assert "nobody/nothing" in snapshot.error.message


def test_a_pinned_revision_must_be_the_bundled_one(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_bytes())
    manifest["repositories"][REPO]["revision"] = "a" * 40
    (copy / "manifest.json").write_text(json.dumps(manifest))
    assert bundled.read(target(revision="a" * 40), copy).revision == "a" * 40
    assert bundled.read(target(revision="b" * 40), copy).outcome == "not_in_snapshot"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"repositories": 3', "null"])
def test_a_damaged_manifest_is_an_error_not_an_exception(copy: Path, text: str) -> None:
    (copy / "manifest.json").write_text(text)
    assert bundled.read(target(), copy).outcome == "error"


def test_what_is_not_bundled_cannot_be_asked_for() -> None:
    more = bundled.read(target()).more
    assert more is not None
    with pytest.raises(FetchError, match=r"tokenizer\.json"):
        more("tokenizer.json")


def test_the_manifest_gives_each_file_a_source_and_real_digests() -> None:
    manifest = json.loads((bundled.FOLDER / "manifest.json").read_bytes())["repositories"]
    for repo, entry in manifest.items():
        for path, listed in entry["files"].items():
            content = (bundled.FOLDER / bundled.folder_name(repo) / path).read_bytes()
            assert listed["sha256"] == hashlib.sha256(content).hexdigest()
            assert listed["bytes"] == len(content)
            assert listed["source"]


def test_the_whole_snapshot_is_read_in_a_tenth_of_a_second() -> None:
    def once() -> float:
        start = time.process_time()
        for repo in bundled.repositories():
            bundled.read(target(repo))
        return time.process_time() - start

    assert min(once() for _ in range(5)) < 0.1
