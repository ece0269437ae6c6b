"""A small vocabulary, and a way to load registries that are written in the test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from archinspect import check, registry
from archinspect.records import Registry
from archinspect.records.vocabulary import Vocabulary, vocabulary_of

FACTS = ("num_key_value_heads", "num_attention_heads", "parameters", "sliding_window", "rope_scaling")

SMALL = """\
[sources.report]
title = "A report"
kind = "report"
read = "primary"

[models.one]
repo = "org/one"
role = "current"
lineage = "line"
generation = "1"

[[models.one.claims]]
id = "kv-heads"
about = "num_key_value_heads"
kind = "equals"
value = 8
source = "report"

[[claims]]
id = "all-eight"
about = "num_key_value_heads"
select = "forall"
scope = "current"
kind = "equals"
value = 8
source = "report"
"""

Load = Callable[[str], Registry]


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return vocabulary_of(FACTS, check.kind_specs(), check.selector_specs())


@pytest.fixture
def load(tmp_path: Path, vocabulary: Vocabulary) -> Load:
    """Load a registry from its text."""

    def from_text(text: str) -> Registry:
        file = tmp_path / "registry.toml"
        file.write_bytes(text.encode("utf-8"))
        return registry.load(file, vocabulary)

    return from_text
