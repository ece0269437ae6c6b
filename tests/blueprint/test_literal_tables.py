"""Tables of names read without a syntax tree are those that running them would give."""

from __future__ import annotations

import ast
from collections import OrderedDict

import pytest

from archinspect.blueprint.interp.literal_tables import literal_table
from archinspect.blueprint.tree import installed_tree

HEAD = "NAMES = OrderedDict(\n    [\n"
TAIL = "    ]\n)\n"


@pytest.mark.parametrize("module", ["auto_mappings", "configuration_auto", "modeling_auto"])
def test_every_table_of_the_release(module: str) -> None:
    found = installed_tree().source(f"transformers.models.auto.{module}")
    assert found is not None
    read = 0
    for statement in ast.parse(found[0]).body:
        table = literal_table(ast.get_source_segment(found[0], statement) or "")
        if table is not None:
            assert isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None
            code = compile(ast.Expression(statement.value), module, "eval")
            assert table == eval(code, {"OrderedDict": OrderedDict})
            read += 1
    assert read > 2 or module == "configuration_auto"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ('("a", "A"),\n', {"a": "A"}),
        ('("a", "A")\n', {"a": "A"}),
        ('# all\n("a", "A"), # one\n("b", ("B", "C")),\n', {"a": "A", "b": ("B", "C")}),
        ('("b", ("B",)),\n', {"b": ("B",)}),
        ('("a", "A"), ("a", "B"),', {"a": "B"}),
        ("", {}),
    ],
)
def test_plain_rows(rows: str, expected: dict[str, object]) -> None:
    assert literal_table(HEAD + rows + TAIL) == expected
    assert eval(compile((HEAD + rows + TAIL).partition(" = ")[2], "t", "eval")) == expected


@pytest.mark.parametrize(
    "rows",
    [
        '("b", ("B")),\n',  # one name in brackets is that name
        '("a", A),\n',
        '("a", "A" if x else "B"),\n',
        '("a", "\\x41"),\n',
        '("a", "A" "B"),\n',
        "*more,\n",
        '("a", None),\n',
        '("a", "A") ("b", "B")\n',
        '("a", "A"), # ]\n)\n',
    ],
)
def test_anything_else_is_left_to_the_parser(rows: str) -> None:
    if rows.endswith("# ]\n)\n"):
        assert literal_table(HEAD + rows) is None
    else:
        assert literal_table(HEAD + rows + TAIL) is None


def test_what_follows_the_brackets_counts() -> None:
    assert literal_table(HEAD + TAIL + "# a comment\n") == {}
    assert literal_table("NAMES = OrderedDict([]) | other\n") is None
    assert literal_table("NAMES = OrderedDict([], a=1)\n") is None


@pytest.mark.parametrize(
    "statement",
    [
        HEAD + '("a", (' + '"A"   ' * 5000 + "x)),\n" + TAIL,
        HEAD + '("a",' + "#\n" * 100_000 + "x" + TAIL,
        "N = OrderedDict([])" + "# a" * 50_000 + "\n   " * 30_000 + "x",
        "N = OrderedDict[" + "a, " * 50_000 + "]([])x\n",
    ],
)
def test_no_text_makes_the_search_try_every_split(statement: str) -> None:
    """Each of these would take longer than the universe has been there, were a gap divisible."""
    assert literal_table(statement) is None
