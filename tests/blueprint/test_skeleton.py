"""Classes cut before they are parsed come out as the parser gives them whole."""

import ast

import pytest

from archinspect.blueprint.interp.program import Program
from archinspect.blueprint.interp.skeleton import LateFunction, parse_class
from archinspect.blueprint.tree import installed_tree

MODULES = [
    "transformers.configuration_utils",
    "transformers.modeling_rope_utils",
    "transformers.modeling_layers",
    "transformers.models.llama.modeling_llama",
    "transformers.models.gemma3n.modeling_gemma3n",
    "transformers.models.deepseek_v3.modeling_deepseek_v3",
    "transformers.models.zamba2.modeling_zamba2",
    "transformers.models.stablelm.modeling_stablelm",
]


def functions(body: list[ast.stmt]) -> dict[tuple[str, str, int], str]:
    found = [("", one) for one in body] + [
        (one.name, inner) for one in body if isinstance(one, ast.ClassDef) for inner in one.body
    ]
    return {
        (owner, one.name, one.lineno): ast.dump(one, include_attributes=True)
        for owner, one in found
        if isinstance(one, ast.FunctionDef)
    }


def whole(node: ast.stmt) -> ast.stmt:
    if not isinstance(node, LateFunction):
        return node
    parsed = node.parsed()
    parsed.decorator_list = node.decorators
    return parsed


@pytest.mark.parametrize("module", MODULES)
def test_methods_are_the_same_to_the_column(module: str) -> None:
    found = installed_tree().source(module)
    assert found is not None
    text, label, package = found
    program = Program(module, label, package, text, trusted=True)
    entries = dict.fromkeys(one for found in program.index.values() for one in found)
    cut = [whole(one) for entry in entries for one in program.statements(entry)]
    for one in cut:
        if isinstance(one, ast.ClassDef):
            one.body = [whole(inner) for inner in one.body]
    assert functions(cut) == functions(ast.parse(text).body)


def test_methods_are_left_for_later() -> None:
    source = "class A:\n    x = 1\n\n    @property\n    @other(\n        1\n    )\n    def y(self): ...\n"
    [node] = parse_class(source, 7)
    assert isinstance(node, ast.ClassDef)
    assert [type(one) for one in node.body] == [ast.Assign, LateFunction]
    late = node.body[1]
    assert isinstance(late, LateFunction)
    assert (late.lineno, [one.lineno for one in late.decorators]) == (14, [10, 11])


@pytest.mark.parametrize(
    "block",
    [
        'class A:\n    """Text.\n\n    def no(self):\n        is one\n    """\n\n    def yes(self): ...\n',
        'class A:\n    text = """\n    def no(self): ...\n    """\n',
        "class A: pass\n",
        "class A:\n    @staticmethod\n    # why\n    def one(x):\n        return x\n\n    def two(x): ...\n",
        "class A:\n    @first\n    @property\n    def one(x):\n        return x\n\n    y = 2\n",
        "class A:\n    @first(\n        1\n    )\n\n    def one(x):\n        return x\n\n    y = 2\n",
        "class A:\n    def one(x): ...\n\n    def two(x):\n        return x\n\n    y = 2\n\n    def three(x): ...\n",  # noqa: E501
        "class A:\n    def one(x): ...\n    # why\n    def two(x): ...\n    @first\n    def three(x): ...\n    def four(x):\n        return 4",  # noqa: E501
        'class A:\n    def one(x):\n        """A text.\n    def no(x): ...\n        """\n\n    def two(x): ...\n',  # noqa: E501
        "class A:\n  def two(self):\n    return 1\n    def deep(self):\n      return 2\n",
    ],
)
def test_cut_or_not_the_class_is_the_same(block: str) -> None:
    program = Program("m", "m.py", False, block, trusted=True)
    [node] = program.statements(program.index["A"][0])
    assert isinstance(node, ast.ClassDef)
    node.body = [whole(one) for one in node.body]
    assert ast.dump(node) == ast.dump(ast.parse(block).body[0])


def test_text_at_the_left_edge_belongs_to_its_statement() -> None:
    text = '@doc(\n    intro="""\nThis is how\n"""\n)\nclass A:\n    x = 1\n\n\ny = 2\n'
    text += 'z = \'"""\'\nclass B: ...\n'
    program = Program("m", "m.py", False, text, trusted=True)
    assert {"A", "B", "y", "z"} <= set(program.index)
    [node] = program.statements(program.index["A"][0])
    assert isinstance(node, ast.ClassDef) and node.decorator_list


def test_a_long_function_of_a_foreign_name_keeps_it() -> None:
    text = (
        "def größe(x):\n    return ["
        + "\n        1," * 100
        + "\n    ]\n\n\ndef émile(x):\n    return ["
        + "\n        1," * 100
        + "\n    ]\n"
    )
    program = Program("m", "m.py", False, text, trusted=True)
    entries = dict.fromkeys(one for found in program.index.values() for one in found)
    found = [one for entry in entries for one in program.statements(entry)]
    assert [one.name for one in found if isinstance(one, ast.FunctionDef | LateFunction)] == [
        "größe",
        "émile",
    ]
    assert functions([whole(one) for one in found]) == functions(ast.parse(text).body)
