"""select = "changed": between parent (second) and child (third)."""

from __future__ import annotations

from pathlib import Path

from tests.check.worlds import Model, claim, verdict

PARENT = Model({"vocab_size": 32_064, "hidden_size": 3072, "attention_type": "MHA", "license": "a"})
CHILD = Model({"vocab_size": 200_064, "hidden_size": 3072, "attention_type": "GQA", "license": "b"})
BOTH = {"second": PARENT, "third": CHILD}


def test_the_listed_facts_differ(tmp_path: Path) -> None:
    found = verdict(claim(None, select="changed", facts=["vocab_size"]), BOTH, tmp_path)
    assert (found.word, found.observed) == ("confirmed", {"vocab_size": {"before": 32064, "after": 200064}})
    assert len(found.evidence) == 2


def test_one_that_does_not_differ_contradicts(tmp_path: Path) -> None:
    found = verdict(claim(None, select="changed", facts=["vocab_size", "hidden_size"]), BOTH, tmp_path)
    assert (found.word, found.notes) == ("contradicted", ("did not change: hidden_size",))


def test_exhaustive_finds_what_the_list_leaves_out(tmp_path: Path) -> None:
    text = claim(None, select="changed", facts=["vocab_size"], exhaustive=True)
    found = verdict(text, BOTH, tmp_path)
    assert found.word == "contradicted"
    assert found.notes == ("changed too, and is not listed: attention_type",)
    both = claim(None, select="changed", facts=["vocab_size", "attention_type"], exhaustive=True)
    assert verdict(both, BOTH, tmp_path).word == "confirmed"


def test_another_model_to_compare_with(tmp_path: Path) -> None:
    text = claim(None, select="changed", facts=["vocab_size"], versus="first")
    assert verdict(text, {**BOTH, "first": CHILD}, tmp_path).word == "contradicted"


def test_with_a_kind_it_holds_of_the_child_and_not_of_the_parent(tmp_path: Path) -> None:
    text = claim("attention_type", select="changed", kind="equals", value="GQA")
    assert verdict(text, BOTH, tmp_path).word == "confirmed"
    found = verdict(text, {"second": CHILD, "third": CHILD}, tmp_path)
    assert (found.word, found.notes[0]) == ("contradicted", "the parent has it already")
    assert [example["model"] for example in found.counterexamples] == ["second"]
    assert verdict(text, {"second": PARENT, "third": PARENT}, tmp_path).word == "contradicted"
    gap = Model(outcome="not_in_snapshot")
    assert verdict(text, {"second": gap, "third": CHILD}, tmp_path).word == "undetermined"


def test_an_unknown_fact_or_a_gap_leaves_it_open(tmp_path: Path) -> None:
    text = claim(None, select="changed", facts=["vocab_size"])
    unknown = Model(unknown={"vocab_size": "needs the tensors"})
    assert verdict(text, {"second": unknown, "third": CHILD}, tmp_path).word == "undetermined"
    assert verdict(text, {"third": CHILD}, tmp_path).word == "undetermined"


def test_a_model_without_a_parent(tmp_path: Path) -> None:
    found = verdict(claim(None, "first", select="changed", facts=["vocab_size"]), {"first": CHILD}, tmp_path)
    assert found.reason is not None
    assert "has no parent" in found.reason.detail


def test_an_unverified_copy_on_either_side_marks_it(tmp_path: Path) -> None:
    text = claim(None, select="changed", facts=["vocab_size"])
    copy = Model(PARENT.facts, check="unverified")
    assert verdict(text, {"second": copy, "third": CHILD}, tmp_path).unverified
