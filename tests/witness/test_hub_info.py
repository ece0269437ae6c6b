"""What the Hub's model info says."""

from __future__ import annotations

from typing import Any

import pytest

from archinspect.records import Origin, Reading, Snapshot, Target, Unknown
from archinspect.witness import hub


def answers(info: dict[str, Any] | None) -> dict[str, Any]:
    snapshot = Snapshot(Target("m", "org/m"), "read", Origin("hub", "org/m"), hub=info)
    return dict(hub.testify(snapshot).answers)


def test_nothing_is_said_when_the_hub_was_not_asked() -> None:
    assert answers(None) == {}


def test_the_card_comes_before_the_tags() -> None:
    both = answers({"cardData": {"license": "mit"}, "tags": ["license:apache-2.0"]})["license"]
    assert (both.value, both.evidence[0].location) == ("mit", "hub:cardData.license")
    tags = answers({"tags": ["x", "license:gemma"]})["license"]
    assert (tags.value, tags.evidence[0].location) == ("gemma", "hub:tags")


@pytest.mark.parametrize(("gated", "access"), [(False, "open"), ("auto", "auto"), ("manual", "manual")])
def test_access(gated: object, access: str) -> None:
    assert answers({"gated": gated})["access"].value == access


def test_a_new_kind_of_access_is_not_mapped_to_a_guess() -> None:
    assert isinstance(answers({"gated": "lottery"})["access"], Unknown)
    assert isinstance(answers({"gated": {"a": 1}})["access"], Unknown)


def test_base_models_carry_their_relation() -> None:
    info = {"cardData": {"base_model": "a/b"}, "tags": ["base_model:a/b", "base_model:finetune:a/b"]}
    assert answers(info)["base_model"].value == [{"repo": "a/b", "relation": "finetune"}]


def test_stored_elements_and_their_shares() -> None:
    found = answers({"safetensors": {"parameters": {"BF16": 3, "U8": 1}, "total": 4}})
    assert found["checkpoint_parameters"].value == 4
    assert found["dtype"].value == {"BF16": 0.75, "U8": 0.25}


@pytest.mark.parametrize(
    "info",
    [
        {"cardData": [], "tags": 3, "safetensors": {"parameters": {"BF16": "many"}}, "createdAt": 5},
        {"cardData": {"license": ["mit"], "base_model": {"a": 1}}, "tags": [None, {}]},
    ],
)
def test_what_the_hub_should_not_send_is_no_evidence(info: dict[str, Any]) -> None:
    found = answers(info)
    assert not isinstance(found.get("license"), Reading)
    assert "checkpoint_parameters" not in found
