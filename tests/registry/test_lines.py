"""The line index against tomllib: the same keys, and each on a line where it is written."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from archinspect.registry._lines import KeyPath, index_lines

SHIPPED = Path(__file__).parents[2] / "registry.toml"

ODD = {
    "dotted keys": "a.b.c = 1\na.b.d = 2\n",
    "quoted keys": '"a b".\'c.d\' = 1\n"" = 2\n',
    "escaped keys": '"\\u00e4\\"\\t" = 1\n',
    "arrays of tables in arrays of tables": "[[a]]\n[[a.b]]\nx=1\n[[a.b]]\nx=2\n[[a]]\n[a.c]\ny=3\n",
    "inline tables": "a = { b = 1, c = { d = [ { e = 1 }, { e = 2 } ] } }\n",
    "arrays over lines": "a = [ # first\n  1,\n  { x = 1 }, # , ] }\n]\nb = 2\n",
    "strings that look like keys": 'a = """\nb = 1\n[c]\n"""\nd = \'\'\'\ne = "\n\'\'\'\nf = 1\n',
    "quotes at the end of long strings": 'a = """x"""""\nb = 1\n',
    "escapes in strings": 'a = "\\"# not a comment"\nb = "\\\\"\nc = 3\n',
    "line ends of Windows": "a = 1\r\n[b]\r\nc = 2\r\n",
    "values of every type": "a = 2027-06-30\nb = 07:32:00\nc = 1979-05-27 07:32:00Z\nd = +1e-3\ne = inf\n",
    "comments everywhere": "# x = 1\n[a] # b\nc = 1 # d = 2\n  # e\n",
    "a header inside its table's parent": "[a.b]\nx = 1\n[a]\ny = 2\n",
    "no newline at the end": "[a]\nb = 1",
    "nothing": "",
}


def key_paths(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key)
            yield from key_paths(item, (*path, key))
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from key_paths(item, (*path, number))


def indexed(text: str) -> dict[KeyPath, int]:
    return {path: line for path, line in index_lines(text).lines.items() if isinstance(path[-1], str)}


def test_every_key_of_the_shipped_registry_is_on_its_line() -> None:
    text = SHIPPED.read_text("utf-8")
    lines = text.splitlines()
    found = indexed(text)
    assert set(found) == set(key_paths(tomllib.loads(text)))
    for path, line in found.items():
        assert str(path[-1]) in lines[line - 1], path


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_texts_have_the_keys_tomllib_finds(text: str) -> None:
    index = index_lines(text)
    assert set(indexed(text)) == set(key_paths(tomllib.loads(text)))
    assert not index.duplicates


def test_lines_are_counted_through_long_values() -> None:
    lines = index_lines(ODD["strings that look like keys"]).lines
    assert (lines[("a",)], lines[("d",)], lines[("f",)]) == (1, 5, 8)


def test_a_path_without_a_line_takes_the_one_above() -> None:
    index = index_lines("[a]\nb = 1\n")
    assert index.line(("a", "missing")) == 1
    assert index.line(("missing",)) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1\na = 2\n", [(("a",), 2, 1)]),
        ("[t]\nx = 1\n[u]\n[t]\n", [(("t",), 4, 1)]),
        ("[t]\nx = 1\nx.y = 2\n\n'x' = 3\n", [(("t", "x"), 5, 2)]),
        ("a = { b = 1, b = 2 }\n", [(("a", "b"), 1, 1)]),
    ],
)
def test_keys_written_twice(text: str, expected: list[tuple[KeyPath, int, int]]) -> None:
    assert index_lines(text).duplicates == expected


KEYS = st.text(max_size=8) | st.sampled_from(["a", "b", "a.b", "claims", "é", '"', "'", "#", "[x]"])
SCALARS = (
    st.integers(-(2**40), 2**40)
    | st.booleans()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(["# no comment", '"""', "a\nb = 1\n", "]", "}"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_what_tomlkit_writes_is_indexed_as_tomllib_reads_it(data: dict[str, Any]) -> None:
    try:
        text = tomlkit.dumps(data)
        read = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError, UnicodeEncodeError):
        return  # tomlkit writes some strings that TOML does not allow
    assert set(indexed(text)) == set(key_paths(read))


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab=.[]{}\"'#\\\n ,1u"), max_size=60))
def test_no_text_makes_the_index_fail_and_valid_ones_agree(text: str) -> None:
    found = indexed(text)
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(found) == set(key_paths(read))


def test_deep_nesting_ends() -> None:
    index_lines("a = " + "[" * 100_000)
    index_lines("a = " + "{b=" * 100_000)
    index_lines('a = """' + '"' * 100_000)
