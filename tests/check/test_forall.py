"""select = "forall"."""

from __future__ import annotations

from pathlib import Path

from tests.check.worlds import Model, claim, verdict

ALL_GQA = claim("attention_type", None, select="forall", scope="all", kind="equals", value="GQA")
GQA, MHA, GAP = Model({"attention_type": "GQA"}), Model({"attention_type": "MHA"}), Model(outcome="gated")


def test_confirmed_when_every_model_holds(tmp_path: Path) -> None:
    found = verdict(ALL_GQA, {"first": GQA, "second": GQA, "third": GQA}, tmp_path)
    assert (found.word, found.observed) == ("confirmed", {"holds": 3, "breaks": 0, "cannot_tell": 0})
    assert len(found.evidence) == 3


def test_one_counterexample_is_enough_and_named_with_its_evidence(tmp_path: Path) -> None:
    found = verdict(ALL_GQA, {"first": MHA, "second": GAP, "third": GQA}, tmp_path)
    assert found.word == "contradicted"
    (example,) = found.counterexamples
    assert (example["model"], example["observed"]) == ("first", "MHA")
    assert example["evidence"][0].location == "config.json#/attention_type"


def test_a_gap_leaves_it_open(tmp_path: Path) -> None:
    found = verdict(ALL_GQA, {"first": GQA, "second": GAP, "third": GQA}, tmp_path)
    assert found.reason is not None
    assert (found.word, found.reason.code) == ("undetermined", "not_fetched")


def test_scopes(tmp_path: Path) -> None:
    models = {"first": MHA, "second": MHA, "third": GQA}
    current = ALL_GQA.replace('"all"', '"current"')
    assert verdict(current, models, tmp_path).word == "confirmed"
    lineage = ALL_GQA.replace('"all"', '"lineage"\nlineage = "line"\nexcept = ["first", "second"]')
    assert verdict(lineage, models, tmp_path).word == "confirmed"


def test_stand_ins_are_in_no_scope(tmp_path: Path) -> None:
    models = {"first": GQA, "second": GQA, "third": GQA, "stand-in": MHA}
    assert verdict(ALL_GQA, models, tmp_path).word == "confirmed"


def test_what_it_rests_on_is_said_once(tmp_path: Path) -> None:
    default = Model({"attention_type": "GQA"}, basis="default")
    found = verdict(ALL_GQA, {"first": default, "second": default, "third": GQA}, tmp_path)
    assert found.notes == ("rests on a class default: first, second",)
