"""What must hold of the registry that is shipped."""

from __future__ import annotations

from datetime import date

import pytest

from archinspect import catalogue, registry
from archinspect.records import Registry
from archinspect.records.vocabulary import FACT_PARTS, Vocabulary

CURRENT = {
    "microsoft/Phi-4-mini-instruct",
    "meta-llama/Llama-3.2-1B",
    "meta-llama/Llama-3.2-3B",
    "HuggingFaceTB/SmolLM3-3B",
    "Qwen/Qwen3-4B",
    "google/gemma-3-4b-it",
    "microsoft/bitnet-b1.58-2B-4T",
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B",
}


@pytest.fixture(scope="module")
def shipped() -> Registry:
    return catalogue.load_registry()


def test_the_eight_current_specimens(shipped: Registry) -> None:
    assert {entry.repo for entry in shipped.models.values() if entry.role == "current"} == CURRENT


def test_every_claim_has_a_source_of_some_kind_and_title(shipped: Registry) -> None:
    for claim in shipped.all_claims():
        assert claim.source.key in shipped.sources, claim.id
        assert claim.source.title, claim.id
        assert claim.source.kind in ("report", "card", "blog", "docs", "code", "dossier"), claim.id
        assert claim.source.read in ("primary", "secondhand"), claim.id


def test_every_source_is_used(shipped: Registry) -> None:
    used = {claim.source.key for claim in shipped.all_claims()}
    assert set(shipped.sources) == used


def test_all_of_the_dossier_is_there(shipped: Registry) -> None:
    numbers = {claim.id.split("-")[1] for claim in shipped.claims if claim.id.startswith("dossier-")}
    assert numbers == {f"{number:02}" for number in range(1, 67)}


def test_every_acknowledgement_is_limited(shipped: Registry) -> None:
    for claim in shipped.all_claims():
        if claim.acknowledged:
            assert claim.acknowledged.until <= date(2027, 6, 30), claim.id


def test_every_kind_and_selector_is_used(shipped: Registry) -> None:
    vocabulary = catalogue.vocabulary()
    kinds = {claim.kind for claim in shipped.all_claims()}
    selectors = {claim.select["select"] for claim in shipped.all_claims()}
    assert set(vocabulary.kinds) - kinds == set()
    assert set(vocabulary.selectors) - selectors == set()


def test_facts_with_parts_exist() -> None:
    assert set(FACT_PARTS) <= set(catalogue.vocabulary().facts)


def test_which_parts_a_claim_may_name() -> None:
    vocabulary = Vocabulary({"parameters": ("total",), "dtype": ("*",), "hidden_size": ()}, {})
    assert vocabulary.has_fact("hidden_size")
    assert vocabulary.has_fact("parameters.total")
    assert vocabulary.has_fact("dtype.BF16")
    assert not vocabulary.has_fact("dtype.")
    assert not vocabulary.has_fact("parameters.totl")
    assert not vocabulary.has_fact("hidden_size.x")
    assert vocabulary.names_of_facts() == ("parameters", "dtype", "hidden_size", "parameters.total")


def test_a_remembered_registry_is_the_one_that_was_read() -> None:
    first = catalogue.load_registry()  # whatever this process or an earlier one left
    again = catalogue.load_registry()
    assert first == again == registry.load(None, catalogue.vocabulary())
