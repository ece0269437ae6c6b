"""Parts of facts, numbers, units."""

from __future__ import annotations

from typing import Any

import pytest

from archinspect.check._values import number, part_of, scales


@pytest.mark.parametrize(
    ("value", "part", "expected"),
    [
        ({"total": 3}, "total", 3),
        ({"at": {"4096": 5}}, "at.4096", 5),
        ({"at.4096": 5}, "at.4096", 5),
        ({"total": 3}, "factor", None),
        (None, "factor", None),
        (7, "", 7),
    ],
)
def test_part_of(value: Any, part: str, expected: Any) -> None:
    assert part_of(value, part) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3, 3), ([4, 4], 4), ([4, 5], None), ([], None), (True, None), ("3", None), (float("nan"), None)],
)
def test_number(value: Any, expected: Any) -> None:
    assert number(value) == expected


def test_scales() -> None:
    assert scales(None, 1000) == [1.0]
    assert scales("B", 1000) == [1e9]
    assert scales("K", "either") == [1000.0, 1024.0]
