"""`archinspect tensors`: the same with and without the command line's libraries."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.conftest import config_bytes

JSON = ("--format", "json")
# An option that changes nothing but who answers.
WHOLE = (*JSON, "--quiet")


def folder(place: Path, config: bytes) -> str:
    place.mkdir()
    (place / "config.json").write_bytes(config)
    return f"./{place.name}"


MODELS = ["Qwen/Qwen3-0.6B", "google/gemma-3-4b-it", "microsoft/phi-2", "google/gemma-2-2b"]


@pytest.mark.parametrize("model", MODELS)
def test_the_quick_answer_is_the_whole_commands(run: Run, tmp_path: Path, model: str) -> None:
    place = folder(tmp_path / "model", config_bytes(model))
    quick, whole = run("tensors", place, *JSON), run("tensors", place, *WHOLE)
    assert (quick.returncode, quick.stderr) == (0, "")
    assert quick.stdout == whole.stdout
    assert len(json.loads(quick.stdout)["tensors"]) > 100


def test_the_quick_answer_loads_no_library_of_the_command_line(run: Run, tmp_path: Path) -> None:
    place = folder(tmp_path / "model", b'{"model_type": "llama", "num_hidden_layers": 2}')
    command = [sys.executable, "-X", "importtime", "-m", "archinspect", "tensors", place, *JSON]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert not loaded & {"click", "msgspec", "typing", "pathlib", "transformers"}
    assert json.loads(done.stdout)["class"] == "LlamaForCausalLM"


def test_a_registered_model_and_every_format(run: Run) -> None:
    data = json.loads(run("tensors", "phi-4-mini", "--bundled", *JSON).stdout)
    assert (data["model"], data["class"], len(data["tensors"])) == ("phi-4-mini", "Phi3ForCausalLM", 195)
    assert data["tensors"][-1] == {
        "name": "lm_head.weight",
        "shape": [200064, 3072],
        "tied_to": "model.embed_tokens.weight",
    }
    listed = run("tensors", "phi-4-mini", "--bundled", "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(listed)))
    assert rows[0] == {"tensor": "model.embed_tokens.weight", "shape": "[200064, 3072]", "tied_to": ""}
    told = run("tensors", "phi-4-mini", "--bundled").stdout
    assert "lm_head.weight" in told and "= model.embed_tokens.weight" in told
    assert "195 tensors of Phi3ForCausalLM in transformers==" in told


@pytest.mark.parametrize(
    ("config", "why"),
    [
        (b"{", "config.json"),
        (b"[]", "config.json"),
        (b"\xff", "config.json"),
        (b'{"model_type": "no_such_type"}', "no_such_type"),
        (b'{"model_type": "llama", "num_hidden_layers": "many"}', "llama"),
        (b'{"auto_map": {"AutoModel": "x.Y"}, "model_type": "nothing"}', "nothing"),
    ],
)
def test_what_cannot_be_built_is_told_by_either(run: Run, tmp_path: Path, config: bytes, why: str) -> None:
    place = folder(tmp_path / "model", config)
    quick, whole = run("tensors", place, *JSON), run("tensors", place, *WHOLE)
    assert (quick.returncode, quick.stdout) == (whole.returncode, whole.stdout) == (3, quick.stdout)
    data = json.loads(quick.stdout)
    assert why in data["problem"] and data["tensors"] == []


@pytest.mark.parametrize("place", ["./nowhere", "./a b", "--help", "../..", "./\u00fc"])
def test_unusual_arguments_are_left_to_the_whole_command(run: Run, place: str) -> None:
    assert "Traceback" not in run("tensors", place, *JSON).stderr


def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    place = folder(tmp_path / "model", b'{"model_type": "llama", "num_hidden_layers": 200}')
    line = f"{sys.executable} -m archinspect tensors {place} --format json | head -1"
    done = subprocess.run(line, shell=True, capture_output=True, text=True, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("{\n", "")
    closed = line.replace("| head -1", ">&-")
    assert subprocess.run(closed, shell=True, capture_output=True, text=True, cwd=tmp_path).stderr == ""


def test_a_list_that_may_not_be_whole_says_so(run: Run, tmp_path: Path) -> None:
    source = "from torch import nn\nimport odd\nclass M(nn.Module):\n    def __init__(self, config):\n"
    source += (
        "        super().__init__()\n        self.up = nn.Linear(2, 3)\n        self.mixer = odd.Mixer(3)\n"
    )
    config = {"model_type": "llama", "auto_map": {"AutoModelForCausalLM": "own.M"}}
    place = folder(tmp_path / "model", json.dumps(config).encode())
    (tmp_path / "model" / "own.py").write_text(source)
    data = json.loads(run("tensors", place, *JSON).stdout)
    assert [one["name"] for one in data["tensors"]] == ["up.weight", "up.bias"]
    assert data["unknowns"] == [
        {"construct": "a call of odd.Mixer", "location": "own.py#L7", "affects": "mixer"}
    ]
    told = run("tensors", place).stdout
    assert "may hold more" in told and "odd.Mixer" in told and "1 part not known" in told
