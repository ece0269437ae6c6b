"""kind = "product": Mistral 7B's window over its layers."""

from __future__ import annotations

from typing import Any

import pytest

from archinspect.check.product import product


@pytest.mark.parametrize(
    ("observed", "times", "word"),
    [
        ([4096] * 32, 32, "holds"),
        (4096, 32, "holds"),
        ([4096] * 31 + [None], 32, "cannot_tell"),
        (4096, 31, "breaks"),
        (None, 32, "cannot_tell"),
    ],
)
def test_product(observed: Any, times: Any, word: str) -> None:
    assert product.of_value is not None
    outcome = product.of_value(observed, {"times": times, "value": 131_072})
    assert outcome.word == word
    if word == "holds":
        assert outcome.observed == 131_072
