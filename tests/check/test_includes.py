"""kind = "includes"."""

from __future__ import annotations

from typing import Any

import pytest

from archinspect.check.includes import includes

EDGES = [{"repo": "org/base", "relation": "finetune"}]


@pytest.mark.parametrize(
    ("observed", "value", "word"),
    [
        (EDGES, {"repo": "org/base"}, "holds"),
        (EDGES, {"repo": "org/base", "relation": "quantized"}, "breaks"),
        (EDGES, "org/base", "breaks"),
        (["A", "B"], "B", "holds"),
        ([], "B", "cannot_tell"),
        (None, "B", "cannot_tell"),
        ("B", "B", "cannot_tell"),
    ],
)
def test_includes(observed: Any, value: Any, word: str) -> None:
    assert includes.of_value is not None
    assert includes.of_value(observed, {"value": value}).word == word
