"""kind = "pattern": Gemma 3's and SmolLM3's layers."""

from __future__ import annotations

from typing import Any

import pytest

from archinspect.check.pattern import pattern

LOCAL, GLOBAL = "sliding_attention", "full_attention"
GEMMA_4B = [GLOBAL if index % 6 == 5 else LOCAL for index in range(34)]
NOPE = list(range(3, 36, 4))


@pytest.mark.parametrize(
    ("observed", "params", "word"),
    [
        (GEMMA_4B, {"repeats": [LOCAL] * 5 + [GLOBAL]}, "holds"),
        (GEMMA_4B, {"repeats": [GLOBAL] + [LOCAL] * 5}, "breaks"),
        (GEMMA_4B, {"match": GLOBAL, "period": 6, "phase": 5}, "holds"),
        (GEMMA_4B, {"match": GLOBAL, "period": 6}, "breaks"),
        (GEMMA_4B, {"match": LOCAL, "count": 29}, "holds"),
        (GEMMA_4B, {"match": LOCAL, "ratio": [29, 5]}, "holds"),
        (GEMMA_4B, {"match": LOCAL, "ratio": [5, 1]}, "breaks"),
        ([1024, None, 1024], {"entries": [1024]}, "holds"),
        ([512, None, 1024], {"entries": [1024]}, "breaks"),
        ([None, None], {"entries": [1024]}, "breaks"),
        ([4096] * 32, {"entries": [4096], "count": 32}, "holds"),
        ([4096] * 31 + [None], {"entries": [4096], "count": 32}, "breaks"),
        (NOPE, {"layers": 36, "period": 4, "phase": 3}, "holds"),
        (NOPE, {"layers": 36, "period": 4, "phase": 0}, "breaks"),
        (NOPE, {"layers": 36, "count": 9, "ratio": [1, 3]}, "holds"),
        ([], {"layers": 36, "period": 4}, "breaks"),
        (GEMMA_4B, {"period": 0}, "breaks"),
        (None, {"count": 1}, "cannot_tell"),
        (NOPE, {"layers": None, "count": 9}, "cannot_tell"),
        (NOPE, {"layers": 10**12, "count": 9}, "cannot_tell"),
    ],
)
def test_pattern(observed: Any, params: dict[str, Any], word: str) -> None:
    assert pattern.of_value is not None
    assert pattern.of_value(observed, params).word == word


def test_what_is_shown_fits_a_line() -> None:
    assert pattern.of_value is not None
    shown = pattern.of_value(GEMMA_4B, {"match": LOCAL, "count": 29}).observed
    assert shown == [[LOCAL, 5], [GLOBAL, 1]] * 5 + [[LOCAL, 4]]
    alternating = pattern.of_value([LOCAL, GLOBAL] * 13, {"count": 26}).observed
    assert alternating == {LOCAL: 13, GLOBAL: 13}
