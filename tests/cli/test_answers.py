"""What `blueprint ./FOLDER --format json` wrote is written again until something it rests on has changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_tensors import folder

ASKED = ("--format", "json")
LLAMA = b'{"model_type": "llama", "num_hidden_layers": 2}'


@pytest.fixture
def own_cache(tmp_path: Path) -> Path:
    """An empty cache for each test."""
    return tmp_path / "cache"


def loaded(place: str, cache: Path, where: Path) -> tuple[set[str], str]:
    """Top-level modules that the command loads, and what it writes."""
    command = [sys.executable, "-X", "importtime", "-m", "archinspect", "blueprint", place, *ASKED]
    surroundings = {**os.environ, "ARCHINSPECT_CACHE": str(cache)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=where, env=surroundings)
    lines = (line.rpartition("|")[2].strip() for line in done.stderr.splitlines())
    return {line.split(".")[0] for line in lines}, done.stdout


def entries(cache: Path) -> list[Path]:
    return list(cache.glob("v1-answers/*/*"))


def test_the_second_time_no_library_is_loaded(run: Run, tmp_path: Path, own_cache: Path) -> None:
    place = folder(tmp_path / "model", LLAMA)
    first = run("blueprint", place, *ASKED)
    modules, second = loaded(place, own_cache, tmp_path)
    assert not modules & {"click", "msgspec", "typing", "pathlib", "transformers"}
    assert second == first.stdout == run("blueprint", place, *ASKED, "--quiet").stdout
    assert json.loads(second)["class"] == "LlamaForCausalLM"


def test_another_config_and_another_place_have_their_own(run: Run, tmp_path: Path) -> None:
    place = folder(tmp_path / "model", LLAMA)
    first = json.loads(run("blueprint", place, *ASKED).stdout)
    (tmp_path / "model" / "config.json").write_bytes(LLAMA.replace(b"2", b"3"))
    second = json.loads(run("blueprint", place, *ASKED).stdout)
    assert len(second["state_dict_names"]) == len(first["state_dict_names"]) + 9
    elsewhere = json.loads(run("blueprint", "./model/.", *ASKED).stdout)
    assert elsewhere["model"] == "./model/."


def test_a_damaged_answer_is_made_again(run: Run, tmp_path: Path, own_cache: Path) -> None:
    place = folder(tmp_path / "model", LLAMA)
    first = run("blueprint", place, *ASKED).stdout
    (entry,) = entries(own_cache)
    for damage in (b"", b"\xff" * 40, entry.read_bytes()[:-9]):
        entry.write_bytes(damage)
        assert run("blueprint", place, *ASKED).stdout == first


@pytest.mark.parametrize(
    "config", [b'{"model_type": "no_such_type"}', b'{"model_type": "llama", "vocab_size": -1}']
)
def test_a_refusal_is_not_remembered(run: Run, tmp_path: Path, own_cache: Path, config: bytes) -> None:
    place = folder(tmp_path / "model", config)
    assert [run("blueprint", place, *ASKED).returncode for _ in range(2)] == [3, 3]
    assert entries(own_cache) == []


def test_own_code_is_looked_at_each_time(run: Run, tmp_path: Path, own_cache: Path) -> None:
    source = "from torch import nn\nclass M(nn.Module):\n    def __init__(self, config):\n"
    source += "        super().__init__()\n        self.up = nn.Linear(2, WIDTH)\n"
    config = {"model_type": "llama", "auto_map": {"AutoModelForCausalLM": "own.M"}}
    place = folder(tmp_path / "model", json.dumps(config).encode())
    for _ in range(2):
        (tmp_path / "model" / "own.py").write_text(source)
        assert run("blueprint", place, *ASKED).returncode == 0
    assert entries(own_cache) == []


def test_other_options_are_other_questions(run: Run, tmp_path: Path, own_cache: Path) -> None:
    place = folder(tmp_path / "model", LLAMA)
    for options in ([], ["--format", "csv"], [*ASKED, "--tensors"], [*ASKED, "--quiet"]):
        run("blueprint", place, *options)
    assert entries(own_cache) == []


def test_a_broken_registry_is_told_all_the_same(run: Run, tmp_path: Path) -> None:
    place = folder(tmp_path / "model", LLAMA)
    assert run("blueprint", place, *ASKED).returncode == 0
    (tmp_path / "registry.toml").write_text("no registry")
    again = run("blueprint", place, *ASKED, ARCHINSPECT_REGISTRY=str(tmp_path / "registry.toml"))
    assert again.returncode == 2 and "registry.toml" in again.stderr
