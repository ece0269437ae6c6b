"""kind = "approx": relative tolerance and what K stands for. Figures: published parameter totals."""

from __future__ import annotations

from typing import Any

import pytest

from archinspect.check.approx import approx


@pytest.mark.parametrize(
    ("observed", "params", "word"),
    [
        (3_836_021_760, {"value": 3.8, "unit": "B"}, "holds"),
        (1_418_270_720, {"value": 1.3, "unit": "B", "tolerance": 0.05}, "breaks"),
        (1_418_270_720, {"value": 1.3, "unit": "B", "tolerance": 0.1}, "holds"),
        (131_072, {"value": 128, "unit": "K", "k": 1024, "tolerance": 0.0}, "holds"),
        (131_072, {"value": 128, "unit": "K", "tolerance": 0.0}, "breaks"),
        (131_072, {"value": 128, "unit": "K", "k": "either", "tolerance": 0.0}, "holds"),
        (128_000, {"value": 128, "unit": "K", "k": "either", "tolerance": 0.0}, "holds"),
        (262_144, {"value": 262, "unit": "K", "tolerance": 0.001}, "holds"),
        ([8, 8], {"value": 8}, "holds"),
        ([8, 9], {"value": 8}, "cannot_tell"),
        ("8", {"value": 8}, "cannot_tell"),
        (0, {"value": 0}, "holds"),
    ],
)
def test_approx(observed: Any, params: dict[str, Any], word: str) -> None:
    assert approx.of_value is not None
    assert approx.of_value(observed, params).word == word


def test_the_difference_is_told() -> None:
    assert approx.of_value is not None
    outcome = approx.of_value(1_235_814_400, {"value": 1, "unit": "B"})
    assert outcome.detail == "+23.58% against 1,000,000,000"
