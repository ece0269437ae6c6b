"""How answers are weighed."""

from __future__ import annotations

import inspect

from archinspect.derive import all_facts
from archinspect.derive._engine import WITNESSES, weigh
from archinspect.records import Evidence, Reading, Unknown


def reading(value: object, basis: str = "stated", fallback: bool = False) -> Reading:
    return Reading(value, (Evidence(basis, f"{basis}-place"),), fallback)  # type: ignore[arg-type]


def test_the_first_reading_is_the_value_and_equals_corroborate() -> None:
    fact = weigh("x", [Unknown("no source"), reading(8, "code"), reading(8)])
    assert fact.value == 8
    assert [item.basis for item in fact.evidence] == ["code", "stated"]
    assert fact.disagreements == ()


def test_a_later_reading_that_differs_is_kept_as_a_disagreement() -> None:
    fact = weigh("x", [reading(8, "tensor"), reading(4)])
    assert fact.value == 8
    assert [item.value for item in fact.disagreements] == [4]


def test_a_fallback_neither_corroborates_nor_disagrees() -> None:
    fact = weigh("x", [reading(8), reading(4, "computed", fallback=True)])
    assert (fact.value, fact.disagreements) == (8, ())
    assert weigh("x", [reading(4, "computed", fallback=True)]).value == 4


def test_without_readings_the_first_reason_stands() -> None:
    fact = weigh("x", [Unknown("first"), Unknown("second")])
    assert (fact.value, fact.unknown) == (None, "first")


def test_a_known_none_is_not_unknown() -> None:
    assert weigh("x", [reading(None)]).known


def test_true_is_not_one() -> None:
    assert weigh("x", [reading(True, "code"), reading(1)]).disagreements


def test_every_fact_asks_for_things_that_exist_and_says_what_it_is() -> None:
    for name, rule in all_facts().items():
        assert rule.summary.endswith((".", "...")), f"{name} has no summary"
        for need in rule.needs:
            assert need in WITNESSES or need in all_facts(), f"{name} asks for {need}"
        assert inspect.isgeneratorfunction(rule.answers)


def test_facts_do_not_need_each_other_in_a_circle() -> None:
    def reach(name: str, seen: tuple[str, ...]) -> None:
        assert name not in seen, f"circle: {' -> '.join((*seen, name))}"
        for need in all_facts()[name].needs:
            if need in all_facts():
                reach(need, (*seen, name))

    for name in all_facts():
        reach(name, ())
