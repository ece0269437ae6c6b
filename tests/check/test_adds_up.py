"""kind = "adds-up": the documented dimensions of Llama 3 8B, and the width that one text misprints."""

from __future__ import annotations

from pathlib import Path

import pytest

from archinspect.check.adds_up import dense_parameters
from tests.check.worlds import claim, verdicts

LLAMA_3_8B = {
    "num_hidden_layers": 32,
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "vocab_size": 128256,
}


def test_the_formula_gives_the_published_total() -> None:
    assert dense_parameters(LLAMA_3_8B, tied=False) == 8_030_261_248
    tied = {**LLAMA_3_8B, "num_hidden_layers": 16, "hidden_size": 2048, "intermediate_size": 8192}
    assert dense_parameters(tied, tied=True) == 1_235_814_400


@pytest.mark.parametrize(("width", "word"), [(14336, "confirmed"), (6144, "contradicted")])
def test_the_dimensions_are_those_of_other_claims(tmp_path: Path, width: int, word: str) -> None:
    dims = {**LLAMA_3_8B, "intermediate_size": width}
    others = [
        claim(fact, kind="equals", value=value).replace('"it"', f'"{fact.replace("_", "-")}"')
        for fact, value in dims.items()
    ]
    ids = [f"third/{fact.replace('_', '-')}" for fact in dims]
    text = claim("parameters.total", kind="adds-up", value=8, unit="B", dimensions=ids, tied=False)
    found = {item.claim.id: item for item in verdicts("".join(others) + text, {}, tmp_path)}["third/it"]
    assert found.word == word
    assert "the documented dimensions give" in found.notes[0]


def test_a_missing_dimension_is_named(tmp_path: Path) -> None:
    width = claim("hidden_size", kind="equals", value=8).replace('"it"', '"width"')
    text = claim("parameters.total", kind="adds-up", value=8, dimensions=["third/width"], tied=True)
    (found,) = [item for item in verdicts(width + text, {}, tmp_path) if item.claim.id == "third/it"]
    assert found.reason is not None
    assert "num_hidden_layers" in found.reason.detail
