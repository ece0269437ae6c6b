"""From one claim to its verdict: reasons, evidence, notes, attributes, acknowledgements."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from archinspect import check
from archinspect.records import Origin
from tests.check.worlds import TODAY, Model, claim, read, verdict, verdicts

EIGHT = claim("num_key_value_heads", kind="equals", value=8)
HAS_EIGHT = Model({"num_key_value_heads": 8})
HAS_FOUR = Model({"num_key_value_heads": 4})


def test_confirmed_with_its_evidence(tmp_path: Path) -> None:
    found = verdict(EIGHT, {"third": HAS_EIGHT}, tmp_path)
    assert (found.word, found.expected, found.observed) == ("confirmed", 8, 8)
    assert found.evidence[0].location == "config.json#/num_key_value_heads"
    assert (found.reason, found.unverified, found.notes) == (None, False, ())


def test_contradicted(tmp_path: Path) -> None:
    found = verdict(EIGHT, {"third": HAS_FOUR}, tmp_path)
    assert (found.word, found.observed, found.acknowledged) == ("contradicted", 4, False)


@pytest.mark.parametrize(
    ("model", "code", "detail"),
    [
        (Model(outcome="not_in_snapshot"), "not_in_snapshot", "refused"),
        (Model(outcome="gated"), "not_fetched", "refused; log in"),
        (Model(outcome="offline"), "not_fetched", "refused"),
        (Model(outcome="malformed"), "fact_unknown", "refused"),
        (Model(unknown={"num_key_value_heads": "needs the tensors"}), "fact_unknown", "needs the tensors"),
        (Model(), "fact_unknown", "nothing derives"),
        (
            Model(unknown={"num_key_value_heads": "tok.json is missing"}, problems={"tok.json": "timeout"}),
            "not_fetched",
            "tok.json: timeout",
        ),
        (
            Model({"num_key_value_heads": 8}, origin=Origin("mirror", "other/copy", False)),
            "unverified_only",
            "other/copy",
        ),
    ],
)
def test_undetermined_says_why(tmp_path: Path, model: Model, code: str, detail: str) -> None:
    found = verdict(EIGHT, {"third": model}, tmp_path)
    assert found.word == "undetermined"
    assert found.reason is not None
    assert found.reason.code == code
    assert detail in found.reason.detail


def test_a_model_that_was_not_looked_at(tmp_path: Path) -> None:
    found = verdict(EIGHT, {}, tmp_path)
    assert found.reason is not None
    assert found.reason.code == "not_fetched"


def test_an_unverified_copy_marks_the_verdict(tmp_path: Path) -> None:
    found = verdict(EIGHT, {"third": Model({"num_key_value_heads": 8}, check="unverified")}, tmp_path)
    assert found.word == "confirmed"
    assert found.unverified
    assert "match no published digest" in found.notes[0]


def test_a_verdict_that_rests_on_a_default_says_so(tmp_path: Path) -> None:
    found = verdict(EIGHT, {"third": Model({"num_key_value_heads": 8}, basis="default")}, tmp_path)
    assert found.notes == ("rests on a class default: config.json#/num_key_value_heads",)


def test_what_a_class_supplies_depends_on_the_bytes_of_the_config(tmp_path: Path) -> None:
    model = Model({"num_key_value_heads": 8}, basis="default", check="unverified")
    assert verdict(EIGHT, {"third": model}, tmp_path).unverified


def test_a_mirror_is_named(tmp_path: Path) -> None:
    model = Model({"num_key_value_heads": 8}, origin=Origin("mirror", "other/copy", True))
    found = verdict(EIGHT, {"third": model}, tmp_path)
    assert found.notes == ("read from other/copy, whose files are equal to the official ones",)


def test_a_lower_witness_that_disagrees_is_a_remark(tmp_path: Path) -> None:
    model = Model({"num_key_value_heads": 8}, disagree={"num_key_value_heads": (4, "default")})
    found = verdict(EIGHT, {"third": model}, tmp_path)
    assert found.word == "confirmed"
    assert "config.json#/other_num_key_value_heads says otherwise: 4" in found.notes


def test_an_equal_witness_that_would_turn_the_verdict_unsettles_it(tmp_path: Path) -> None:
    model = Model({"num_key_value_heads": 8}, disagree={"num_key_value_heads": (4, "stated")})
    found = verdict(EIGHT, {"third": model}, tmp_path)
    assert found.reason is not None
    assert found.reason.code == "witnesses_disagree"
    both_break = Model({"num_key_value_heads": 2}, disagree={"num_key_value_heads": (4, "stated")})
    assert verdict(EIGHT, {"third": both_break}, tmp_path).word == "contradicted"


def test_parts_of_facts(tmp_path: Path) -> None:
    text = claim("rope_scaling.factor", kind="equals", value=8)
    assert verdict(text, {"third": Model({"rope_scaling": {"factor": 8}})}, tmp_path).word == "confirmed"
    assert verdict(text, {"third": Model({"rope_scaling": None})}, tmp_path).word == "contradicted"


ACKNOWLEDGED = EIGHT + 'acknowledged = { reason = "known", until = 2026-06-01 }\n'


def test_an_acknowledged_contradiction_keeps_its_verdict(tmp_path: Path) -> None:
    found = verdict(ACKNOWLEDGED, {"third": HAS_FOUR}, tmp_path, TODAY)
    assert (found.word, found.acknowledged) == ("contradicted", True)


def test_an_acknowledgement_ends_after_its_day(tmp_path: Path) -> None:
    found = verdict(ACKNOWLEDGED, {"third": HAS_FOUR}, tmp_path, date(2026, 6, 2))
    assert (found.word, found.acknowledged) == ("contradicted", False)
    assert "the acknowledgement ended on 2026-06-01; look at it again" in found.notes


def test_an_acknowledgement_that_no_longer_applies_is_reported(tmp_path: Path) -> None:
    found = verdict(ACKNOWLEDGED, {"third": HAS_EIGHT}, tmp_path)
    assert (found.word, found.acknowledged) == ("confirmed", False)
    assert "the acknowledgement no longer applies: the files now agree; remove it" in found.notes


def test_nominal_is_reported_and_never_fails(tmp_path: Path) -> None:
    found = verdict(EIGHT + "nominal = true\n", {"third": HAS_FOUR}, tmp_path)
    assert (found.word, found.observed) == ("documented", 4)
    assert "does not fit" in found.notes[0]
    unknown = verdict(EIGHT + "nominal = true\n", {"third": Model(outcome="gated")}, tmp_path)
    assert (unknown.word, unknown.reason) == ("documented", None)
    assert "the name fits" in verdict(EIGHT + "nominal = true\n", {"third": HAS_EIGHT}, tmp_path).notes[0]


def test_an_opinion_is_recorded(tmp_path: Path) -> None:
    found = verdict(EIGHT + "opinion = true\n", {"third": HAS_FOUR}, tmp_path)
    assert (found.word, found.notes) == ("documented", ("an opinion: recorded, not judged",))


def test_misattributed(tmp_path: Path) -> None:
    text = EIGHT + 'true_of = "second"\n'
    found = verdict(text, {"third": HAS_FOUR, "second": HAS_EIGHT}, tmp_path)
    assert found.word == "contradicted"
    assert found.notes[:2] == ("misattributed: the statement is about second", "of second it holds")


def test_a_stand_in_is_asked_only_when_the_model_cannot_say(tmp_path: Path) -> None:
    text = EIGHT + 'proxy = "stand-in"\n'
    gap = Model(outcome="not_in_snapshot")
    found = verdict(text, {"third": gap, "stand-in": HAS_EIGHT}, tmp_path)
    assert found.word == "confirmed"
    assert found.notes[0] == "judged on a stand-in, org/stand-in: third: refused; log in"
    assert verdict(text, {"third": HAS_FOUR, "stand-in": HAS_EIGHT}, tmp_path).word == "contradicted"
    assert verdict(text, {"third": gap, "stand-in": gap}, tmp_path).word == "undetermined"


def test_a_stand_in_for_what_was_never_published(tmp_path: Path) -> None:
    found = verdict(EIGHT + 'proxy_for = "The 34B"\n', {"third": HAS_EIGHT}, tmp_path)
    assert "judged on a stand-in for The 34B" in found.notes


def test_second_hand_sources_are_marked(tmp_path: Path) -> None:
    source = '[sources.quoted]\ntitle = "Q"\nkind = "blog"\nread = "secondhand"\n'
    text = source + EIGHT.replace('"report"', '"quoted"')
    assert "second-hand" in verdict(text, {"third": HAS_EIGHT}, tmp_path).notes[0]


def test_a_conflict_is_judged_jointly(tmp_path: Path) -> None:
    other = EIGHT.replace('"it"', '"other"').replace("8", "4") + 'conflicts_with = ["third/it"]\n'
    text = EIGHT + 'conflicts_with = ["third/other"]\n' + other
    first, second = verdicts(text, {"third": HAS_EIGHT}, tmp_path)
    assert (first.word, first.notes) == ("confirmed", ("A report says 4: contradicted",))
    assert (second.word, second.notes) == ("contradicted", ("A report says 8: confirmed",))


def test_which_claims_are_asked_and_what_they_need(tmp_path: Path) -> None:
    text = EIGHT + 'proxy = "stand-in"\n'
    text += claim(None, None, select="unchanged", model="third", facts=["vocab_size"])
    known = read(text, tmp_path)
    assert check.needs(known, ["third"]) == ("third", "stand-in")
    assert check.needs(known, ["second", "third"]) == ("second", "third", "stand-in")
    ids = [item.claim.id for item in check.judge(known, {}, ["third"], TODAY)]
    assert ids == ["third/it"]
    assert [item.claim.id for item in check.judge(known, {}, list(known.models), TODAY)] == ["it", "third/it"]


def test_a_claim_within_an_entry_needs_the_parent(tmp_path: Path) -> None:
    known = read(claim(None, "third", select="changed", facts=["vocab_size"]), tmp_path)
    assert check.needs(known, ["third"]) == ("second", "third")


def test_members_of_a_statement_that_names_no_model(tmp_path: Path) -> None:
    known = read(claim(None, None, kind="documented", statement="said"), tmp_path)
    assert check.members(known.claims[0], known) == ("third",)
