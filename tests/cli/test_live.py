"""The live path in whole processes, against a Hub on this machine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_hub import LoopbackHub, Repository

from tests.cli.conftest import Run
from tests.conftest import config_bytes

REGISTRY = """\
# a comment that stays
[sources.card]
title = "The card"
kind = "card"
read = "primary"

[models.mine]
repo = "org/mine" # the official one
role = "current"

[[models.mine.claims]]
id = "heads"
about = "num_attention_heads"
kind = "equals"
value = 16
source = "card"
"""
FILES = {
    "config.json": config_bytes("Qwen/Qwen3-0.6B"),
    "generation_config.json": b'{"eos_token_id": [151645, 151643]}',
}


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as running:
        running.add(Repository("org/mine", FILES))
        yield running


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    path = tmp_path / "registry.toml"
    path.write_text(REGISTRY)
    return path


def test_a_live_audit_reads_pins_and_remembers(hub: LoopbackHub, registry: Path, run: Run) -> None:
    at = {"HF_ENDPOINT": hub.endpoint}
    first = run("audit", "--registry", str(registry), "-v", "--format", "json", **at)
    assert first.returncode == 0, first.stdout + first.stderr
    data = json.loads(first.stdout)
    (model,) = data["models"]
    assert model["outcome"] == "read" and model["source"]["kind"] == "hub"
    assert re.fullmatch(r"[0-9a-f]{40}", model["revision"])
    assert {file["check"] for file in model["files"]} == {"blob_id"}
    assert "requests to the Hub" in first.stderr and "config.json" in first.stderr
    offline = run("audit", "--registry", str(registry), "--offline", "--format", "json", **at)
    assert offline.returncode == 0
    assert json.loads(offline.stdout)["models"][0]["source"]["kind"] == "cache"
    assert "nothing was contacted" in offline.stderr


def test_pin_writes_the_commit_and_keeps_comments(hub: LoopbackHub, registry: Path, run: Run) -> None:
    at = {"HF_ENDPOINT": hub.endpoint}
    done = run("registry", "pin", "--registry", str(registry), **at)
    assert done.returncode == 0, done.stderr
    text = registry.read_text()
    found = re.search(r'^revision = "([0-9a-f]{40})"$', text, re.MULTILINE)
    assert found and text.startswith("# a comment that stays") and "# the official one" in text
    hub.add(Repository("org/mine", {**FILES, "generation_config.json": b"{}"}))
    run("registry", "pin", "--registry", str(registry), **at)
    assert found[1] not in registry.read_text(), "a pin moves with the branch"


def test_refresh_shows_what_would_change_and_writes_nothing_when_asked_so(
    hub: LoopbackHub, registry: Path, run: Run
) -> None:
    done = run("registry", "refresh", "--dry-run", "--registry", str(registry), HF_ENDPOINT=hub.endpoint)
    assert done.returncode == 0, done.stderr
    assert "org/mine config.json: none -> " in done.stdout
    assert "nothing written" in done.stdout


def test_diff_and_show_of_unregistered_repositories(hub: LoopbackHub, run: Run) -> None:
    hub.add(Repository("org/other", {**FILES, "config.json": config_bytes("Qwen/Qwen3-1.7B")}))
    done = run("diff", "org/mine", "org/other", HF_ENDPOINT=hub.endpoint)
    assert done.returncode == 0, done.stderr
    assert "hidden_size" in done.stdout and "2048" in done.stdout


def test_a_repository_that_is_not_there_is_no_verdict(hub: LoopbackHub, run: Run) -> None:
    done = run("show", "org/none", "--timeout", "20", HF_ENDPOINT=hub.endpoint)
    assert done.returncode == 3
    assert "org/none" in done.stdout
