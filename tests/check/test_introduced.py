"""select = "introduced": generations 1, 1.5 and 2 of a lineage."""

from __future__ import annotations

from pathlib import Path

import pytest

from archinspect.check._sets import generation_key
from tests.check.worlds import Model, claim, verdict

AT_2 = claim("attention_type", None, select="introduced", lineage="line", at="2", kind="equals", value="GQA")
NEW, OLD, GAP = Model({"attention_type": "GQA"}), Model({"attention_type": "MHA"}), Model(outcome="offline")


@pytest.mark.parametrize(
    ("models", "word"),
    [
        ((OLD, OLD, NEW), "confirmed"),
        ((OLD, NEW, NEW), "contradicted"),
        ((OLD, OLD, OLD), "contradicted"),
        ((OLD, GAP, NEW), "undetermined"),
        ((NEW, GAP, NEW), "contradicted"),
        ((OLD, OLD, GAP), "undetermined"),
    ],
)
def test_absent_before_and_present_from(tmp_path: Path, models: tuple[Model, ...], word: str) -> None:
    named = dict(zip(("first", "second", "third"), models, strict=True))
    assert verdict(AT_2, named, tmp_path).word == word


def test_too_early_is_a_counterexample(tmp_path: Path) -> None:
    found = verdict(AT_2, {"first": OLD, "second": NEW, "third": NEW}, tmp_path)
    assert [example["model"] for example in found.counterexamples] == ["second"]
    assert found.notes[0] == "an earlier generation has it already"


def test_some_asks_for_one_model_of_the_generation(tmp_path: Path) -> None:
    at = AT_2.replace('"2"', '"1.5"') + "some = true\n"
    assert verdict(at, {"first": OLD, "second": NEW, "third": OLD}, tmp_path).word == "confirmed"
    assert verdict(at, {"first": OLD, "second": OLD, "third": NEW}, tmp_path).word == "contradicted"
    assert verdict(at, {"first": GAP, "second": NEW, "third": NEW}, tmp_path).word == "undetermined"


def test_generations_are_ordered_as_numbers() -> None:
    assert sorted(["10", "2", "1.5", "2.5", "1"], key=generation_key) == ["1", "1.5", "2", "2.5", "10"]
