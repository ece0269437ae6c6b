"""Comparing two models."""

from __future__ import annotations

from archinspect import catalogue, pipeline
from archinspect.differences import compare
from archinspect.records import Evidence, Fact, ModelReport, Origin, Snapshot, Target


def report(name: str, **values: object) -> ModelReport:
    facts = {
        key: Fact(key, None, "not read", ())
        if value is ...
        else Fact(key, value, None, (Evidence("stated", f"config.json#/{key}", value),))
        for key, value in values.items()
    }
    return ModelReport(Snapshot(Target(name, f"org/{name}"), "read", Origin("local", name)), facts)


def test_only_known_values_that_differ_are_differences() -> None:
    left = report("left", a=1, b=2, c=..., d=True, e=None, f=[1, 2])
    right = report("right", a=1, b=3, c=5, d=1, e=..., f=[1, 2])
    found = compare(left, right, {})
    assert [item.name for item in found.differences] == ["b", "d"]
    assert found.same == ("a", "f")
    assert [item.name for item in found.incomparable] == ["c", "e"]


def test_differences_are_grouped_by_family() -> None:
    families = {"b": "attention", "a": "size", "c": "attention"}
    found = compare(report("l", a=1, b=1, c=1), report("r", a=2, b=2, c=2), families)
    assert [item.name for item in found.differences] == ["b", "c", "a"]


def test_phi_4_mini_against_its_parent() -> None:
    known = catalogue.load_registry()
    from archinspect import names

    pair = [names.resolve(name, known) for name in ("phi-3.5-mini", "phi-4-mini")]
    found = pipeline.compare(*pair, pipeline.Options(where="bundled"))
    changed = {item.name: (item.left.value, item.right.value) for item in found.differences}
    # The card names three changes against Phi-3.5-mini: vocabulary, GQA and tying.
    assert changed["vocab_size"] == (32064, 200064)
    assert changed["attention_type"] == ("MHA", "GQA")
    assert changed["tie_word_embeddings"] == (False, True)
    # The files show more.
    assert changed["num_attention_heads"] == (32, 24)
    assert changed["partial_rotary_factor"] == (1.0, 0.75)
