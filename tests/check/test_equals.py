"""kind = "equals"."""

from __future__ import annotations

from typing import Any

import pytest

from archinspect.check.equals import equals


@pytest.mark.parametrize(
    ("observed", "value", "word"),
    [
        (8, 8, "holds"),
        (8, 4, "breaks"),
        (True, 1, "breaks"),
        (None, 8, "breaks"),
        ([8, 8], 8, "breaks"),
        ({"q": True}, {"q": True}, "holds"),
        ("MHA", "MHA", "holds"),
    ],
)
def test_equals(observed: Any, value: Any, word: str) -> None:
    assert equals.of_value is not None
    assert equals.of_value(observed, {"value": value}).word == word


def test_a_number_in_quotes_is_pointed_out() -> None:
    assert equals.of_value is not None
    outcome = equals.of_value(8, {"value": "8"})
    assert outcome.word == "breaks"
    assert "another type" in str(outcome.detail)
