import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archinspect.report.escape.json import compact, dumps
from tests.report.escape.texts import TEXTS

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def refuse(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")


@given(VALUES)
def test_every_value_becomes_strict_ascii_json(value: object) -> None:
    for text in (dumps(value), compact(value)):
        assert text.isascii()
        assert "##[" not in dumps(value)
        assert "\x7f" not in dumps(value)
        read = json.loads(text, parse_constant=refuse)
        json.dumps(read, ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (float("nan"), '"NaN"'),
        (float("-inf"), '"-Infinity"'),
        ("\ud800", '"\\\\ud800"'),
        (date(2027, 6, 30), '"2027-06-30"'),
        ((1, True, None), "[1, true, null]"),
        ({"b": 1, "a": 2}, '{"a": 2, "b": 1}'),
        pytest.param(10**5000, '"(an integer of 16610 bits)"', id="5001 digits"),
    ],
)
def test_what_json_cannot_say(value: object, text: str) -> None:
    assert compact(value) == text


def test_records_are_a_mistake() -> None:
    with pytest.raises(TypeError, match="object is not JSON"):
        compact({"a": object()})
