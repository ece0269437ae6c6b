import unicodedata

import pytest
from hypothesis import given

from archinspect.report.escape.visible import HIDDEN, visible
from tests.report.escape.texts import TEXTS


@given(TEXTS)
def test_nothing_hidden_is_left_and_it_can_be_encoded(text: str) -> None:
    shown = visible(text)
    assert not [char for char in shown if unicodedata.category(char) in HIDDEN]
    shown.encode("utf-8")
    assert visible(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain <|end|> 字 é", "plain <|end|> 字 é"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b", "\\x9b"),
        ("\u202e", "\\u202e"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("\ufffe", "\\ufffe"),
    ],
)
def test_written_as_python_would(text: str, shown: str) -> None:
    assert visible(text) == shown
