"""The engine of the rules: inputs by name, not applicable, unforeseen values."""

from collections.abc import Iterator

import pytest

from archinspect.derive import all_facts
from archinspect.records import Evidence, Fact
from archinspect.rules import all_rules
from archinspect.rules._rule import MOST_PER_RULE, Alarm, apply, rule, run

HERE = Evidence("stated", "config.json#/x", 1)
OBJECTS = {
    "config", "tensors", "tokenizer", "snapshot", "blueprint", "own_blueprint", "source_problem", "facts",
    "known_architectures", "code", "hub",
}  # fmt: skip


@rule("sample", "warning")
def sample(known: Fact, wished: Fact | None = None) -> Iterator[Alarm]:
    """Something goes wrong."""
    yield Alarm(f"{known.value} {wished.value if wished else None}", known.evidence)


def fact(value: object, unknown: str | None = None) -> Fact:
    return Fact("x", value, unknown, (HERE,))


def test_inputs_come_by_name() -> None:
    assert apply(sample, {"known": fact(1), "wished": fact(2)})[0].message == "1 2"
    assert apply(sample, {"known": fact(1)})[0].message == "1 None"
    assert apply(sample, {"known": fact(1), "wished": fact(None, "why")})[0].message == "1 None"


def test_an_unknown_input_means_not_applicable() -> None:
    assert apply(sample, {"known": fact(None, "why"), "wished": fact(2)}) == []
    assert apply(sample, {"wished": fact(2)}) == []


def test_an_alarm_needs_evidence() -> None:
    with pytest.raises(ValueError, match="needs evidence"):
        Alarm("x", ())


def test_what_a_rule_did_not_foresee_is_a_note() -> None:
    @rule("careless", "error")
    def careless(known: Fact) -> Iterator[Alarm]:
        """Nothing goes wrong."""
        yield Alarm(known.value.upper(), known.evidence)

    (found,) = apply(careless, {"known": fact(1)})
    assert found.severity == "note"
    assert "AttributeError" in found.message


def test_findings_of_one_rule_are_bounded() -> None:
    @rule("talkative", "note")
    def talkative(known: Fact) -> Iterator[Alarm]:
        """Everything goes wrong."""
        while True:
            yield Alarm("x", known.evidence)

    assert len(apply(talkative, {"known": fact(1)})) == MOST_PER_RULE


def test_rules_can_be_ignored() -> None:
    pad = {"token": "<x>", "id": 1}
    inputs = {"pad_token": fact(pad), "eos_token": fact(pad)}
    assert [one.rule for one in run(inputs)] == ["pad-is-eos"]
    assert run(inputs, ("pad-is-eos",)) == ()


def test_rules_are_well_formed() -> None:
    for one in all_rules().values():
        assert one.id == one.id.lower().replace("_", "-").strip("-")
        assert one.summary.endswith("."), one.id
        assert set(one.needs) <= OBJECTS | set(all_facts()), one.id
