import pytest
from hypothesis import given
from hypothesis import strategies as st

from archinspect.report._document import Text
from archinspect.report._layout import fitted, line_width, width_of, wrapped
from archinspect.report.escape.visible import visible
from tests.report.escape.texts import TEXTS


@given(st.lists(TEXTS, max_size=4), st.integers(2, 60))
def test_wrapping_loses_nothing_but_blanks(texts: list[str], width: int) -> None:
    lines = wrapped(tuple(map(Text, texts)), width)
    assert all(line_width(line) <= width for line in lines)
    kept = "".join(part.text for line in lines for part in line)
    assert "".join(kept.split()) == "".join("".join(map(visible, texts)).split())


def test_a_comma_stays_with_its_word() -> None:
    line = (Text("one"), Text(", "), Text("three"), Text(", "), Text("five"))
    assert ["".join(part.text for part in text) for text in wrapped(line, 6)] == ["one,", "three,", "five"]


def test_long_words_break_after_punctuation() -> None:
    (first, second) = wrapped((Text("model/layers/attention"),), 14)
    assert (first[0].text, second[0].text) == ("model/layers/", "attention")


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("字", 2), ("e\u0301", 1), ("", 0)])
def test_widths(text: str, width: int) -> None:
    assert width_of(text) == width


@pytest.mark.parametrize(
    ("naturals", "least", "available", "widths"),
    [
        ([5, 5], [5, 5], 20, [5, 5]),
        ([30, 10], [5, 5], 20, [10, 10]),
        ([30, 10], [25, 5], 32, [26, 6]),
        ([30, 30], [20, 20], 30, None),
    ],
)
def test_what_has_most_to_give_gives_way_first(
    naturals: list[int], least: list[int], available: int, widths: list[int] | None
) -> None:
    assert fitted(naturals, least, available) == widths
