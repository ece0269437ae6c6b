"""kind = "date"."""

from __future__ import annotations

from typing import Any

import pytest

from archinspect.check.date import date


@pytest.mark.parametrize(
    ("observed", "params", "word"),
    [
        ("2025-02-19T01:00:58.000Z", {"value": "2025-02"}, "holds"),
        ("2025-03-01T00:00:00.000Z", {"value": "2025-02"}, "breaks"),
        ("2025-03-01T00:00:00.000Z", {"value": "2025-02", "tolerance_days": 1}, "holds"),
        ("2024-12-31", {"value": "2025", "tolerance_days": 0}, "breaks"),
        ("2024-02-29", {"value": "2024-02"}, "holds"),
        ("2025-04-27", {"value": "2025-04-29", "tolerance_days": 2}, "holds"),
        ("2025-04-26", {"value": "2025-04-29", "tolerance_days": 2}, "breaks"),
        ("soon", {"value": "2025"}, "cannot_tell"),
        (None, {"value": "2025"}, "cannot_tell"),
        (20250219, {"value": "2025"}, "cannot_tell"),
    ],
)
def test_date(observed: Any, params: dict[str, Any], word: str) -> None:
    assert date.of_value is not None
    assert date.of_value(observed, params).word == word


def test_how_far_it_is_away() -> None:
    assert date.of_value is not None
    outcome = date.of_value("2025-04-26", {"value": "2025-04-29", "tolerance_days": 5})
    assert outcome.detail == "3 days from what is documented"
