"""How grave a disagreement is depends on who disagrees."""

import pytest

from archinspect.records import Basis, Evidence, Fact, Json, Reading
from archinspect.rules import run


def finding(value: Json, said: list[Basis], other: Json, by: list[Basis]) -> list[str]:
    evidence = [
        tuple(Evidence(basis, f"{basis}#{side}") for basis in bases) for side, bases in enumerate((said, by))
    ]
    fact = Fact("activation", value, None, evidence[0], (Reading(other, evidence[1]),))
    return [one.severity for one in run({"activation": fact}) if one.rule == "witnesses-disagree"]


@pytest.mark.parametrize(
    ("said", "by", "severity"),
    [
        (["tensor"], ["stated"], "warning"),
        (["code"], ["tensor"], "warning"),
        (["code", "stated"], ["tensor"], "warning"),
        (["code"], ["stated"], "note"),  # gpt-oss says silu and runs the clamped form
        (["code", "tensor"], ["stated"], "note"),  # a width that the class halves
        (["tensor"], ["default"], "note"),
        (["tensor"], ["resolved", "stated"], "warning"),
    ],
)
def test_severity(said: list[Basis], by: list[Basis], severity: str) -> None:
    assert finding("a", said, "b", by) == [severity]


def test_a_list_that_repeats_the_value_agrees() -> None:
    assert finding(4, ["tensor"], [4, 4], ["stated"]) == []
    assert finding([4, 4], ["tensor"], 4, ["stated"]) == []
    assert finding(4, ["tensor"], [4, 5], ["stated"]) == ["warning"]
