"""Facts that config files settle, against torch's meta device on 60 published configs.

The measured side (tests/fixtures/measured.json) was made with torch, independently of this code.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from archinspect.derive import derive
from archinspect.records import ClassView, Fact, Testimony
from archinspect.witness.classes import ask_classes
from archinspect.witness.config import read_config
from tests.conftest import FIXTURES, config_bytes, source_file

MEASURED = json.loads((FIXTURES / "measured.json").read_text())["models"]

# Of these, config.json and its class alone decide every one: none may be unknown for a known type.
SETTLED = {
    "activation",
    "attention_type",
    "hidden_size",
    "intermediate_size",
    "norm_eps",
    "num_attention_heads",
    "num_hidden_layers",
    "num_key_value_heads",
    "rope_theta",
    "rope_type",
    "tie_word_embeddings",
    "vocab_size",
}
UNKNOWN_TYPE = {"microsoft/phi-1_5"}  # model type phi-msft: read from its raw keys alone


@pytest.fixture(scope="module")
def views() -> dict[str, ClassView]:
    configs = [json.loads(config_bytes(repo)) for repo in MEASURED]
    return dict(zip(MEASURED, ask_classes(configs), strict=True))


@pytest.mark.parametrize("repo", MEASURED)
def test_every_settled_fact_equals_what_torch_measured(repo: str, views: dict[str, ClassView]) -> None:
    silent = Testimony()
    config = read_config(source_file(config_bytes(repo)), views[repo])
    facts = derive({"config": config, "code": silent, "tensors": silent, "tokenizer": silent, "hub": silent})
    for name, measured in MEASURED[repo]["facts"].items():
        fact, value = comparable(facts, name)
        if fact.known:
            assert value == expected(name, measured, facts), f"{name}: {fact}"
        elif repo not in UNKNOWN_TYPE:
            assert name not in SETTLED, f"{name} is unknown: {fact.unknown}"


def comparable(facts: dict[str, Fact], name: str) -> tuple[Fact, Any]:
    """Our side of a measured quantity."""
    if name == "sliding_layers":
        fact = facts["sliding_window"]
        return fact, [index for index, window in enumerate(fact.value or ()) if window]
    if name == "sliding_window_size":
        fact = facts["sliding_window"]
        return fact, next((window for window in fact.value or () if window), None)
    name, _, part = name.partition(".")
    fact = facts[name]
    return fact, fact.value[part] if part and fact.known else fact.value


def expected(name: str, measured: Any, facts: dict[str, Fact]) -> Any:
    """The measured side lists windows as they are built; one as long as the context has no effect."""
    if name in ("sliding_layers", "sliding_window_size"):
        width = next((e.raw for e in facts["sliding_window"].evidence if isinstance(e.raw, int)), None)
        ceiling = facts["max_position_embeddings"].value
        if width is not None and width >= ceiling:
            return [] if name == "sliding_layers" else None
    return measured
