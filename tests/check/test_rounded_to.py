"""kind = "rounded-to": digits as printed, rounded or cut."""

from __future__ import annotations

from typing import Any

import pytest

from archinspect.check.rounded_to import rounded_to


@pytest.mark.parametrize(
    ("observed", "params", "word"),
    [
        (1_235_814_400, {"value": "1.23", "unit": "B"}, "holds"),
        (1_235_814_400, {"value": "1.23", "unit": "B", "mode": "round"}, "breaks"),
        (1_235_814_400, {"value": "1.24", "unit": "B", "mode": "round"}, "holds"),
        (3_212_749_824, {"value": "3.21", "unit": "B"}, "holds"),
        (7_615_616_512, {"value": "7.07", "unit": "B"}, "breaks"),
        (494_032_768, {"value": "0.49", "unit": "B"}, "holds"),
        (6_525_621_760, {"value": "6.5", "unit": "B"}, "holds"),
        (12, {"value": "12"}, "holds"),
        (None, {"value": "12"}, "cannot_tell"),
    ],
)
def test_rounded_to(observed: Any, params: dict[str, Any], word: str) -> None:
    assert rounded_to.of_value is not None
    assert rounded_to.of_value(observed, params).word == word
