import time

import pytest

from archinspect.report._values import MAX_LENGTH, fold, shown

FIVE_TO_ONE = (["sliding_attention"] * 5 + ["full_attention"]) * 5 + ["sliding_attention"] * 4


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "none"),
        (True, "true"),
        (131072, "131072"),
        (3836021760, "3,836,021,760"),
        (1e-05, "1e-05"),
        (5000000.0, "5,000,000.0"),
        (1e300, "1e+300"),
        (float("nan"), "nan"),
        ("RMSNorm (no affine)", "RMSNorm (no affine)"),
        ("", '""'),
        ("none", '"none"'),
        ("12", '"12"'),
        (" a", '" a"'),
        ({"total": 1, "at": {"4096": 2}}, "total: 1, at: {4096: 2}"),
        ([], "[]"),
        ({}, "{}"),
        ([96, 8], "96, 8"),
        (FIVE_TO_ONE, "(sliding_attention x5, full_attention) x5, sliding_attention x4"),
        (["full_attention"] * 32, "full_attention x32"),
        ([None, None, 4096, 4096], "none x2, 4096 x2"),
        (list(range(3, 36, 4)), "3, 7, ... 35 (9)"),
        ([1.0 + number / 7 for number in range(48)][:20], None),
        (10**2000, "an integer of 6,644 bits"),
    ],
)
def test_values_as_people_read_them(value: object, text: str | None) -> None:
    if text is None:
        assert shown(value).endswith("(20 items)")
    else:
        assert shown(value) == text


@pytest.mark.parametrize(
    ("items", "text"),
    [
        (["a", "b"] * 6, "(a, b) x6"),
        (["a", "a", "b"] * 4 + ["a"], "(a x2, b) x4, a"),
        (["a", "b", "b", "a"], "a, b x2, a"),
        (["a", "b", "a", "c"], "a, b, a, c"),
    ],
)
def test_folding(items: list[str], text: str) -> None:
    assert fold(items) == text


def test_a_huge_value_is_cut_and_quick() -> None:
    start = time.perf_counter()
    for value in ("x" * 10**7, [number % 997 for number in range(10**6)], [[]] * 10**6):
        assert len(shown(value)) < MAX_LENGTH + 40
    assert time.perf_counter() - start < 5
