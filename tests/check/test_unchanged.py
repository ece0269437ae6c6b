"""select = "unchanged"."""

from __future__ import annotations

from pathlib import Path

from tests.check.worlds import Model, claim, verdict

PARENT = Model({"vocab_size": 32_064, "hidden_size": 3072, "attention_type": "MHA", "license": "a"})
SISTER = Model({"vocab_size": 32_064, "hidden_size": 3072, "attention_type": "GQA", "license": "b"})
BOTH = {"second": PARENT, "third": SISTER}


def test_the_same_facts(tmp_path: Path) -> None:
    text = claim(None, select="unchanged", facts=["vocab_size", "hidden_size"])
    assert verdict(text, BOTH, tmp_path).word == "confirmed"


def test_a_difference_contradicts_and_is_shown(tmp_path: Path) -> None:
    found = verdict(claim(None, select="unchanged", facts=["attention_type"]), BOTH, tmp_path)
    assert (found.word, found.notes) == ("contradicted", ("differs: attention_type",))
    assert found.observed == {"attention_type": {"before": "MHA", "after": "GQA"}}


def test_exhaustive_apart_from(tmp_path: Path) -> None:
    everything = claim(None, select="unchanged", exhaustive=True)
    assert verdict(everything, BOTH, tmp_path).word == "contradicted"
    but = claim(None, select="unchanged", exhaustive=True, apart_from=["attention_type"])
    assert verdict(but, BOTH, tmp_path).word == "confirmed"


def test_an_unknown_fact_leaves_it_open(tmp_path: Path) -> None:
    unknown = Model(unknown={"vocab_size": "needs the tensors"})
    text = claim(None, select="unchanged", facts=["vocab_size"])
    assert verdict(text, {"second": PARENT, "third": unknown}, tmp_path).word == "undetermined"
