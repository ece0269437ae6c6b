"""The command line as users run it: whole processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))  # loopback_hub, a package of its own

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path, own_cache: Path) -> Run:
    """Run `archinspect ARGUMENTS` away from the checkout, with an empty Hub cache and no network."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        surroundings = {
            **os.environ,
            "ARCHINSPECT_CACHE": str(own_cache),
            "HF_HOME": str(tmp_path / "hf"),
            "HF_ENDPOINT": "http://127.0.0.1:9",  # the discard port: refused at once
            "COLUMNS": "100",
            **environment,
        }
        return subprocess.run(
            [sys.executable, "-m", "archinspect", *arguments],
            capture_output=True,
            text=True,
            env=surroundings,
            cwd=tmp_path,
            timeout=120,
            check=False,
        )

    return run
