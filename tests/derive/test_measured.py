"""Facts that config files settle, against torch's meta device on 60 published configs.

The measured side (tests/fixtures/measured.json) was made with torch, independently of this code.
"""

from __future__ import annotations

import json

import pytest

from archinspect.derive import derive
from archinspect.records import ClassView, Testimony
from archinspect.witness.classes import ask_classes
from archinspect.witness.config import read_config
from tests.conftest import config_bytes, source_file
from tests.measured import MEASURED, pairs

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
    for pair in pairs(repo, facts):
        if pair.fact.known:
            assert pair.agrees, f"{pair.name}: {pair.ours} for {pair.measured}"
        elif repo not in UNKNOWN_TYPE:
            assert pair.name not in SETTLED, f"{pair.name} is unknown: {pair.fact.unknown}"
