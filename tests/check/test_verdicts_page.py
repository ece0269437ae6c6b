"""docs/verdicts.md says what a run on the bundled snapshot says, and explains every difference."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

import archinspect
from archinspect.records import Verdict

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verdicts_script", ROOT / "scripts" / "verdicts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    return {item.claim.id: item for item in archinspect.audit(bundled=True).verdicts}


def test_the_page_is_that_of_today(script: ModuleType, verdicts: dict[str, Verdict]) -> None:
    text = (ROOT / "docs" / "verdicts.md").read_text("utf-8")
    new, problems = script.page(text, verdicts)
    assert problems == []
    assert new == text, "stale: run python scripts/verdicts.py"


def test_an_unexplained_difference_is_a_problem(script: ModuleType, verdicts: dict[str, Verdict]) -> None:
    text = "| L3-2 | `llama-3-8b/layers` | contradicted | | |"
    _, problems = script.page(text, {"llama-3-8b/layers": verdicts["llama-3-8b/layers"]})
    assert problems == ["llama-3-8b/layers: expected contradicted, found confirmed: say why"]
    _, problems = script.page(text, verdicts)
    assert "phi-4-mini/layers: has no line in docs/verdicts.md" in problems


def test_the_registry_as_shipped_passes(verdicts: dict[str, Verdict]) -> None:
    open_ones = [
        item.claim.id for item in verdicts.values() if item.word == "contradicted" and not item.acknowledged
    ]
    assert open_ones == []
