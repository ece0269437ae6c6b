"""Classes cut before they are parsed come out as the parser gives them whole."""

import ast

import pytest

from archinspect.blueprint.interp.program import Program
from archinspect.blueprint.interp.skeleton import body_of
from archinspect.blueprint.tree import installed_tree

MODULES = [
    "transformers.configuration_utils",
    "transformers.modeling_rope_utils",
    "transformers.modeling_layers",
    "transformers.models.llama.modeling_llama",
    "transformers.models.gemma3n.modeling_gemma3n",
    "transformers.models.deepseek_v3.modeling_deepseek_v3",
    "transformers.models.zamba2.modeling_zamba2",
]


def functions(body: list[ast.stmt]) -> dict[tuple[str, str, int], str]:
    return {
        (one.name, inner.name, inner.lineno): ast.dump(inner, include_attributes=True)
        for one in body
        if isinstance(one, ast.ClassDef)
        for inner in one.body
        if isinstance(inner, ast.FunctionDef)
    }


@pytest.mark.parametrize("module", MODULES)
def test_methods_are_the_same_to_the_column(module: str) -> None:
    found = installed_tree().source(module)
    assert found is not None
    text, label, package = found
    program = Program(module, label, package, text, trusted=True)
    cut = [one for entry in program.entries for one in program.statements(entry)]
    for one in cut:
        for inner in getattr(one, "body", ()):
            if isinstance(inner, ast.FunctionDef) and isinstance(one, ast.ClassDef):
                inner.body = body_of(inner)
                inner.end_lineno = inner.body[-1].end_lineno
                inner.end_col_offset = inner.body[-1].end_col_offset
    assert functions(cut) == functions(ast.parse(text).body)
