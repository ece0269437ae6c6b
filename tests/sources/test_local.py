"""A model folder on disk."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from archinspect.errors import FetchError
from archinspect.records import Target, git_blob_id
from archinspect.sources import local
from archinspect.sources.files import wanted


def read(folder: Path) -> local.Snapshot:
    return local.read(Target(str(folder), str(folder)))


def safetensors_bytes(header: bytes, data: bytes = b"\0" * 8) -> bytes:
    return len(header).to_bytes(8, "little") + header + data


HEADER = json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "config.json").write_bytes(b'{"model_type": "llama"}')
    (tmp_path / "modeling_x.py").write_text("raise SystemExit\n")
    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "additional_chat_templates").mkdir()
    (tmp_path / "additional_chat_templates" / "tools.jinja").write_text("{{ x }}")
    (tmp_path / "model.safetensors").write_bytes(safetensors_bytes(HEADER))
    (tmp_path / "notes.bin").write_bytes(b"\0" * 100)
    return tmp_path


def test_reads_what_is_wanted_and_lists_the_rest(model: Path) -> None:
    snapshot = read(model)
    assert snapshot.outcome == "read"
    assert set(snapshot.files) == {
        "config.json",
        "modeling_x.py",
        "additional_chat_templates/tools.jinja",
    }
    assert snapshot.files["config.json"].blob_id == git_blob_id(b'{"model_type": "llama"}')
    assert snapshot.files["config.json"].check == "unverified"
    assert snapshot.headers == {"model.safetensors": HEADER}
    assert snapshot.has("notes.bin") is True
    assert snapshot.has("generation_config.json") is False


def test_the_header_is_the_one_the_safetensors_library_writes(tmp_path: Path) -> None:
    numpy = pytest.importorskip("numpy")
    from safetensors.numpy import save_file

    save_file({"layer.weight": numpy.zeros((3, 5), dtype="float16")}, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text("{}")
    header = json.loads(read(tmp_path).headers["model.safetensors"])
    assert header["layer.weight"]["shape"] == [3, 5]


def test_tokenizer_is_read_on_demand(model: Path) -> None:
    more = read(model).more
    assert more is not None
    assert more("tokenizer.json").content == b"{}"
    with pytest.raises(FetchError):
        more("../outside.json")
    with pytest.raises(FetchError):
        more("model.safetensors")


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    snapshot = read(tmp_path)
    assert snapshot.outcome == "malformed"
    assert snapshot.error is not None
    assert "empty" in snapshot.error.message


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    snapshot = read(tmp_path / "nothing")
    assert snapshot.outcome == "error"
    assert snapshot.error is not None
    assert "nothing" in snapshot.error.message


def test_a_config_beyond_its_cap_is_not_read(tmp_path: Path) -> None:
    row = wanted("config.json")
    assert row is not None
    with (tmp_path / "config.json").open("wb") as stream:
        stream.truncate(200 * 2**20)  # sparse
    snapshot = read(tmp_path)
    assert snapshot.outcome == "malformed"
    assert snapshot.error is not None
    assert str(row.cap) in snapshot.error.message


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in the file system")
def test_a_pipe_is_refused_rather_than_waited_for(model: Path) -> None:
    os.mkfifo(model / "generation_config.json")
    snapshot = read(model)
    assert snapshot.outcome == "read"
    assert "regular" in snapshot.problems["generation_config.json"].message


def test_a_dangling_link_is_a_file_that_could_not_be_read(model: Path) -> None:
    (model / "config.json").unlink()
    (model / "config.json").symlink_to(model / "gone")
    snapshot = read(model)
    assert snapshot.outcome == "error"
    assert snapshot.error is not None
    assert "config.json" in snapshot.error.message


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "too short"),
        (b"\xff" * 8, "the format allows"),
        (safetensors_bytes(HEADER)[:20], "only 20 bytes long"),
        (safetensors_bytes(b"[1, 2]"), "no JSON object"),
    ],
)
def test_a_bad_header_is_that_files_problem(model: Path, content: bytes, says: str) -> None:
    (model / "model.safetensors").write_bytes(content)
    snapshot = read(model)
    assert snapshot.outcome == "read"
    assert snapshot.headers == {}
    assert says in snapshot.problems["model.safetensors"].message
