"""docs/claims.md: an example for every predicate and selector, and every example can be read."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from archinspect import catalogue, check, registry

PAGE = Path(__file__).parents[2] / "docs" / "claims.md"
SURROUNDINGS = """\
[sources.document]
title = "A document"
kind = "report"
read = "primary"

[models.ancestor]
repo = "org/ancestor"
role = "ancestor"
lineage = "line"
generation = "1"

[models.example]
repo = "org/example"
role = "current"
lineage = "line"
generation = "2"
parent = "ancestor"
"""
DIMENSIONS = {
    "layers": "num_hidden_layers",
    "width": "hidden_size",
    "feed-forward": "intermediate_size",
    "heads": "num_attention_heads",
    "vocabulary": "vocab_size",
}


def examples(part: str) -> dict[str, str]:
    """Heading -> the first indented block under it, in one of the page's two lists."""
    section = PAGE.read_text("utf-8").split(f"## {part}", 1)[1].split("\n## ", 1)[0]
    found = re.findall(r"^### (\S+)\n.*?((?:^    [^\n]*\n)+)", section, re.MULTILINE | re.DOTALL)
    return {name: textwrap.dedent(block) for name, block in found}


PREDICATES, SELECTORS = examples("Predicates"), examples("Selectors")


def test_there_is_one_for_each() -> None:
    assert set(PREDICATES) == set(check.kind_specs())
    assert set(SELECTORS) == set(check.selector_specs())


@pytest.mark.parametrize("name", [*PREDICATES, *SELECTORS])
def test_each_can_be_read(tmp_path: Path, name: str) -> None:
    head = "[[models.example.claims]]" if name in PREDICATES else "[[claims]]"
    example = PREDICATES.get(name) or SELECTORS[name]
    dimensions = "".join(
        f'[[models.example.claims]]\nid = "{id_}"\nabout = "{fact}"\nkind = "equals"\nvalue = 1\n'
        f'source = "document"\n'
        for id_, fact in DIMENSIONS.items()
    )
    text = f'{SURROUNDINGS}{dimensions}{head}\nid = "it"\nsource = "document"\n{example}'
    file = tmp_path / "registry.toml"
    file.write_text(text, encoding="utf-8")
    claims = {claim.id: claim for claim in registry.load(file, catalogue.vocabulary()).all_claims()}
    it = claims.get("example/it") or claims["it"]
    assert name in (it.kind, it.select["select"])
