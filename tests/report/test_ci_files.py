"""The action's own script, run as GitHub runs it, and the files beside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def audit_step() -> dict[str, Any]:
    (step,) = [step for step in read("action.yml")["runs"]["steps"] if step.get("id") == "audit"]
    return dict(step)


def run(folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The audit step with these inputs; the others as the action defaults them."""
    defaults = {name: item["default"] for name, item in read("action.yml")["inputs"].items()}
    given = {**defaults, **{name.replace("_", "-"): value for name, value in inputs.items()}}
    names = {key: value.split("inputs.")[1].split(" ")[0] for key, value in audit_step()["env"].items()}
    environment = {
        **os.environ,
        **{key: given[name] for key, name in names.items()},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "RUNNER_TEMP": str(folder),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_WORKSPACE": str(ROOT),
    }
    # The options with which GitHub starts `shell: bash`.
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", audit_step()["run"]]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_action_writes_every_report(tmp_path: Path) -> None:
    done = run(tmp_path, models="gemma-2b gemma-2-2b", bundled="true", registry="registry.toml")
    assert done.returncode == 0, done.stderr
    reports = tmp_path / "archinspect"
    assert (tmp_path / "output").read_text() == f"exit-code=0\nreports={reports}\n"
    assert sorted(path.name for path in reports.iterdir()) == [
        f"audit.{suffix}" for suffix in ("csv", "json", "md", "sarif", "xml")
    ]
    data = json.loads((reports / "audit.json").read_text())
    assert {"gemma-2b", "gemma-2-2b"} <= {item["model"] for item in data["models"]}
    assert (tmp_path / "summary").read_text() == (reports / "audit.md").read_text()
    assert "file=registry.toml,line=" in done.stdout


def test_the_action_fails_as_the_audit_does(tmp_path: Path) -> None:
    done = run(tmp_path, models="gemma-2b", bundled="true", fail_on="undetermined finding:note")
    assert done.returncode == 1
    assert "exit-code=1" in (tmp_path / "output").read_text()


@pytest.mark.parametrize("models", ["--help", "$(touch owned)", "; touch owned", "*"])
def test_inputs_are_names_and_nothing_else(tmp_path: Path, models: str) -> None:
    done = run(tmp_path, models=models, bundled="true")
    assert done.returncode == 2
    assert not (ROOT / "owned").exists()
    assert "Usage" not in done.stdout


def test_no_script_contains_an_expression() -> None:
    for step in read("action.yml")["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_the_hook_checks_the_registry_only() -> None:
    (hook,) = read(".pre-commit-hooks.yaml")
    done = subprocess.run(
        [sys.executable, "-m", *hook["entry"].split(" "), "registry.toml"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "no problem" in done.stdout


@pytest.mark.parametrize("name", ["ci.yml", "audit.yml"])
def test_workflows_use_inputs_that_the_action_has(name: str) -> None:
    workflow = read(f".github/workflows/{name}")
    inputs = read("action.yml")["inputs"]
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    for step in steps:
        assert step.get("uses", "").count("@") == 1 or step.get("uses") == "./" or step["run"] == ".ci/run"
        if step.get("uses") == "./":
            assert set(step["with"]) <= set(inputs)
