"""Placing a model among registered ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import archinspect
from archinspect.ancestry import DIMENSIONS, lineage_of
from archinspect.records import Lineage, ModelEntry, ModelReport, Place, Registry
from tests.conftest import config_bytes
from tests.test_differences import report

FAMILIES = {
    "architectures": "identity",
    "base_model": "identity",
    "qk_norm": "norm",
    "norm_type": "norm",
    "kv_cache_bytes": "cost",
    **dict.fromkeys(DIMENSIONS, "size"),
}
SIZES = dict.fromkeys(DIMENSIONS, 8)
OLD, NEW = ["OldForCausalLM"], ["NewForCausalLM"]


def entry(name: str, lineage: str | None, parent: str | None = None) -> ModelEntry:
    return ModelEntry(name, f"org/{name}", None, "ancestor", Place("r", 1), lineage, parent=parent)


def placed(
    model: ModelReport, others: dict[ModelEntry, ModelReport | None], own: ModelEntry | None = None
) -> Lineage:
    entries = {one.name: one for one in (*others, *([own] if own else []))}
    read = {one.name: found or ModelReport(report(one.name).snapshot, {}) for one, found in others.items()}
    return lineage_of(model, own, Registry("r", {}, entries, ()), read, FAMILIES)


FIRST, SECOND = entry("first", "line"), entry("second", "line", "first")
STRANGER = entry("stranger", "other")


def test_a_base_that_the_card_names_comes_before_every_likeness() -> None:
    model = report(
        "m", architectures=NEW, base_model=[{"repo": "ORG/first", "relation": "finetune"}], **SIZES
    )
    others = {
        FIRST: report("first", architectures=OLD),
        STRANGER: report("stranger", architectures=NEW, **SIZES),
    }
    found = placed(model, others)
    assert (found.lineage, found.unknown) == ("line", None)
    assert [one.entry.name for one in found.relations] == ["first", "stranger"]
    assert found.relations[0].stated == "finetune"
    assert found.parent is others[FIRST]


def test_the_same_class_tells_a_lineage_and_likeness_of_design_alone_does_not() -> None:
    alike = report("stranger", architectures=OLD, qk_norm=None, **SIZES)
    model = report("m", architectures=NEW, qk_norm=None, **SIZES)
    found = placed(model, {STRANGER: alike})
    assert found.lineage is None and "NewForCausalLM" in (found.unknown or "")
    assert found.relations[0].same_dimensions and found.parent is alike
    found = placed(model, {STRANGER: alike, FIRST: report("first", architectures=NEW)})
    assert found.lineage == "line"
    assert any("NewForCausalLM" in reason for reason in found.reasons)


def test_two_lineages_equally_near_are_no_answer() -> None:
    same = {"architectures": NEW, "qk_norm": None}
    found = placed(
        report("m", **same), {FIRST: report("first", **same), STRANGER: report("stranger", **same)}
    )
    assert found.lineage is None
    assert "first and stranger" in (found.unknown or "")


def test_what_is_new_was_perhaps_seen_elsewhere_and_the_rest_is_known_since_somebody() -> None:
    others = {
        FIRST: report("first", qk_norm=None, norm_type="LayerNorm", hidden_size=8),
        SECOND: report("second", qk_norm=None, norm_type="RMSNorm", hidden_size=8),
        STRANGER: report("stranger", qk_norm="RMSNorm", norm_type="RMSNorm", hidden_size=8),
    }
    model = report("m", qk_norm="RMSNorm", norm_type="RMSNorm", hidden_size=8, kv_cache_bytes=1)
    found = placed(model, others, entry("m", "line", "second"))
    assert found.parent is others[SECOND]
    assert [(one.difference.name, one.seen_in) for one in found.new] == [("qk_norm", ("stranger",))]
    assert [(one.fact.name, one.since) for one in found.inherited] == [
        ("hidden_size", "first"),
        ("norm_type", "second"),
    ]


def test_an_ancestor_that_was_not_read_does_not_break_the_line() -> None:
    third = entry("third", "line", "second")
    others = {FIRST: report("first", qk_norm=1), SECOND: None, third: report("third", qk_norm=1)}
    found = placed(report("m", qk_norm=1), others, entry("m", "line", "third"))
    assert [one.since for one in found.inherited] == ["first"]
    assert [one.snapshot.target.model for one in found.unread] == ["second"] and not found.complete


def test_a_parent_that_was_not_read_is_named_and_another_compared() -> None:
    others = {FIRST: report("first", qk_norm=1), SECOND: None}
    found = placed(report("m", qk_norm=1), others, entry("m", "line", "second"))
    assert (found.passed_over, found.parent) == ("second", others[FIRST])


def test_a_registered_parent_tells_the_lineage_of_an_entry_without_one() -> None:
    found = placed(report("m", qk_norm=1), {FIRST: report("first", qk_norm=1)}, entry("m", None, "first"))
    assert (found.lineage, found.reasons) == ("line", ("the registry names org/first (parent)",))


def test_no_model_descends_from_its_child() -> None:
    own, child = entry("m", "line", "first"), entry("child", "line", "m")
    same = {"architectures": NEW, "qk_norm": 1}
    grandchild = entry("grandchild", "line", "child")
    others = {FIRST: report("first", qk_norm=2), child: report("c", **same), grandchild: report("g", **same)}
    assert placed(report("m", **same), others, own).parent is others[FIRST]


def test_a_model_that_was_not_read_has_no_lineage() -> None:
    found = placed(ModelReport(report("m").snapshot, {}), {FIRST: report("first", qk_norm=1)})
    assert (found.lineage, found.complete, found.relations) == (None, False, ())


def test_qwen3_brought_the_norm_on_queries_and_keys() -> None:
    found = archinspect.lineage("qwen3-4b", bundled=True)
    assert found.complete and found.lineage == "qwen" and found.parent is not None
    assert found.parent.snapshot.target.model == "qwen2.5-3b"
    new = {one.difference.name: one for one in found.new}
    assert new["qk_norm"].difference.left.value is None
    assert {"qwen3-8b", "gemma-3-4b"} <= set(new["qk_norm"].seen_in)
    since = {one.fact.name: one.since for one in found.inherited}
    assert since["vocab_size"] == "qwen-7b"


@pytest.mark.parametrize(
    ("change", "lineage", "nearest"),
    [
        ({}, "qwen", "qwen3-0.6b"),
        ({"rope_theta": 5000000, "max_position_embeddings": 262144}, "qwen", "qwen3-0.6b"),
        ({"architectures": ["OtherForCausalLM"], "model_type": "llama"}, None, None),
    ],
)
def test_a_folder_nobody_has_registered(
    tmp_path: Path, change: dict[str, object], lineage: str | None, nearest: str | None
) -> None:
    config = json.loads(config_bytes("Qwen/Qwen3-0.6B")) | change
    (tmp_path / "config.json").write_text(json.dumps(config))
    found = archinspect.lineage(tmp_path, bundled=True)
    assert found.lineage == lineage
    if nearest is not None:
        assert found.relations[0].entry.name == nearest and found.relations[0].same_dimensions
        names = {one.difference.name for one in found.new}
        assert {"rope_theta", "max_position_embeddings"} & set(change) <= names
