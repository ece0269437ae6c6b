"""kind = "range"."""

from __future__ import annotations

from typing import Any

import pytest

from archinspect.check.range import between


@pytest.mark.parametrize(
    ("observed", "params", "word"),
    [
        (3.9e9, {"max": 4e9}, "holds"),
        (4e9, {"max": 4e9}, "holds"),
        (4.1e9, {"max": 4e9}, "breaks"),
        (5, {"min": 6}, "breaks"),
        (7, {"min": 6, "max": 8}, "holds"),
        (None, {"min": 6}, "cannot_tell"),
        (True, {"min": 0}, "cannot_tell"),
    ],
)
def test_range(observed: Any, params: dict[str, Any], word: str) -> None:
    assert between.of_value is not None
    assert between.of_value(observed, params).word == word
