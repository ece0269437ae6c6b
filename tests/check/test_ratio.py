"""kind = "ratio"."""

from __future__ import annotations

from typing import Any

import pytest

from archinspect.check.ratio import ratio


@pytest.mark.parametrize(
    ("observed", "over", "value", "word"),
    [
        (8, 24, [1, 3], "holds"),
        (8, 32, [1, 3], "breaks"),
        (96, 128, [3, 4], "holds"),
        (8, 0, [1, 3], "cannot_tell"),
        (8, None, [1, 3], "cannot_tell"),
        (None, 24, [1, 3], "cannot_tell"),
        (8, 24, [1, 0], "cannot_tell"),
    ],
)
def test_ratio(observed: Any, over: Any, value: list[int], word: str) -> None:
    assert ratio.of_value is not None
    assert ratio.of_value(observed, {"over": over, "value": value}).word == word


def test_a_tolerance_is_relative() -> None:
    assert ratio.of_value is not None
    assert ratio.of_value(33, {"over": 100, "value": [1, 3], "tolerance": 0.02}).word == "holds"
    assert ratio.of_value(30, {"over": 100, "value": [1, 3], "tolerance": 0.02}).word == "breaks"
