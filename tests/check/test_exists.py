"""select = "exists"."""

from __future__ import annotations

from pathlib import Path

from tests.check.worlds import Model, claim, verdict

SOME_MQA = claim("attention_type", None, select="exists", scope="all", kind="equals", value="MQA")
MQA, MHA, GAP = Model({"attention_type": "MQA"}), Model({"attention_type": "MHA"}), Model(outcome="offline")


def test_one_is_enough(tmp_path: Path) -> None:
    found = verdict(SOME_MQA, {"first": GAP, "second": MQA, "third": MHA}, tmp_path)
    assert found.word == "confirmed"
    assert found.notes[0] == "found in second"


def test_contradicted_only_when_all_are_known(tmp_path: Path) -> None:
    found = verdict(SOME_MQA, {"first": MHA, "second": MHA, "third": MHA}, tmp_path)
    assert found.word == "contradicted"
    assert len(found.counterexamples) == 3
    assert verdict(SOME_MQA, {"first": GAP, "second": MHA, "third": MHA}, tmp_path).word == "undetermined"
