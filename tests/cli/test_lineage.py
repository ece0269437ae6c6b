"""`archinspect lineage`: a new release among the registered models."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest

from archinspect.report import schema
from tests.cli.conftest import Run
from tests.conftest import config_bytes


def test_a_fine_tune_in_a_folder(run: Run, tmp_path: Path) -> None:
    config = json.loads(config_bytes("Qwen/Qwen3-0.6B")) | {"rope_theta": 5000000}
    (tmp_path / "config.json").write_text(json.dumps(config))
    done = run("lineage", ".", "--bundled", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    data = json.loads(done.stdout)
    jsonschema.validate(data, json.loads(schema("lineage")))
    assert (data["lineage"], data["complete"]) == ("qwen", True)
    assert data["relations"][0]["model"] == "qwen3-0.6b" and data["relations"][0]["same_dimensions"]
    assert "rope_theta" in {one["fact"] for one in data["new"]}
    assert {one["since"] for one in data["inherited"]} >= {"qwen-7b", "qwen3-0.6b"}


def test_what_a_terminal_and_a_table_show(run: Run) -> None:
    done = run("lineage", "phi-4-mini", "--bundled")
    assert done.returncode == 0
    for text in ("extends  phi", "successor, same class", "new against phi-3.5-mini", "since phi-2"):
        assert text in done.stdout
    rows = list(
        csv.DictReader(io.StringIO(run("lineage", "phi-4-mini", "--bundled", "--format", "csv").stdout))
    )
    assert {"fact": "attention_type", "parent": "MHA", "model": "GQA"}.items() <= rows[0].items()
    assert (
        "phi-1" in run("lineage", "phi-4-mini", "--bundled", "-v").stdout.partition("not in the snapshot")[2]
    )


@pytest.mark.parametrize("arguments", [["org/new", "--bundled"], ["./qwen", "--offline"]])
def test_what_could_not_be_looked_at_is_told(run: Run, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "qwen").mkdir()
    (tmp_path / "qwen" / "config.json").write_bytes(config_bytes("Qwen/Qwen3-0.6B"))
    done = run("lineage", *arguments)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "unknown" in done.stdout
