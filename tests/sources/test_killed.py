"""kill -9 in the middle of a cold audit: the next run is right, and nothing in the Hub cache is broken."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from loopback_hub import LoopbackHub, Repository

from .conftest import FILES
from .test_hubcache import assert_cache_is_whole

MODELS = 6
KILLS = 10
SOURCE = '[sources.s]\ntitle = "s"\nkind = "docs"\nread = "primary"\n'
MODEL = """
[models.m{n}]
repo = "org/m{n}"
role = "current"

[[models.m{n}.claims]]
id = "width"
about = "hidden_size"
kind = "equals"
value = 64
source = "s"
"""


@pytest.fixture
def command(hub: LoopbackHub, tmp_path: Path) -> list[str]:
    for number in range(MODELS):
        hub.add(Repository(f"org/m{number}", {**FILES, "added_tokens.json": b'{"n": %d}' % number}))
    hub.latency = 0.03
    registry = tmp_path / "registry.toml"
    registry.write_text(SOURCE + "".join(MODEL.format(n=number) for number in range(MODELS)))
    return [sys.executable, "-m", "archinspect", "audit", "--registry", str(registry), "--format", "json"]


def environment(hub: LoopbackHub, home: Path) -> dict[str, str]:
    own = {"HF_HOME": str(home), "HF_HUB_CACHE": str(home / "hub"), "ARCHINSPECT_CACHE": str(home / "ours")}
    return {**os.environ, "HF_ENDPOINT": hub.endpoint, **own}


def audit(command: list[str], hub: LoopbackHub, home: Path) -> object:
    result = subprocess.run(
        command, env=environment(hub, home), capture_output=True, text=True, timeout=120, check=True
    )
    return json.loads(result.stdout)


def test_a_killed_audit_leaves_nothing_broken(hub: LoopbackHub, command: list[str], tmp_path: Path) -> None:
    start = time.monotonic()
    undisturbed = audit(command, hub, tmp_path / "undisturbed")
    whole = time.monotonic() - start
    moments = random.Random()
    interrupted = 0
    for number in range(KILLS):
        home = tmp_path / f"killed{number // 2}"  # every second one finds what the one before left
        moment = moments.uniform(0.15, whole)
        with subprocess.Popen(command, env=environment(hub, home), stdout=subprocess.DEVNULL) as process:
            time.sleep(moment)
            process.kill()
        interrupted += process.returncode != 0
        assert_cache_is_whole(home / "hub")
        if number % 2:
            assert audit(command, hub, home) == undisturbed, f"killed after {moment:.2f} s of {whole:.2f}"
            assert_cache_is_whole(home / "hub")
    assert interrupted
