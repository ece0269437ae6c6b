"""Compares the facts read from source with what torch showed."""

from collections.abc import Iterator
from typing import Any

from archinspect.blueprint.facts import derive
from archinspect.blueprint.read import read_model
from archinspect.blueprint.tree import SourceTree
from archinspect.errors import BlueprintError

PARTS = {"parameters": ("total", "embedding", "non_embedding", "model"), "attention_bias": ("q", "k", "v", "o")}
LOCAL = {"rope_theta", "rope_local_theta", "rope_type"}
"""Facts of the fixture that the config settles, not the source."""


def verdicts(entry: dict[str, Any], tree: SourceTree) -> Iterator[tuple[str, str, Any, Any, str]]:
    """(fact, "right" | "unknown" | "wrong", ours, torch's, reason) for every fact that torch showed."""
    try:
        facts = derive(read_model(entry["config"], tree)[0])
    except BlueprintError as error:
        for name, truth in entry["facts"].items():
            yield name, "unknown", None, truth, str(error)
        return
    for name, truth in entry["facts"].items():
        if name in LOCAL:
            continue
        whole, _, part = name.partition(".")
        fact = facts.get(whole)
        if fact is None or fact.unknown is not None:
            yield name, "unknown", None, truth, fact.unknown or "" if fact else "not asked"
            continue
        ours = fact.value.get(part) if part and fact.value is not None else fact.value
        yield name, "right" if same(ours, truth) else "wrong", ours, truth, ""


def same(ours: Any, truth: Any) -> bool:
    """Equal; a list's None in the truth is a layer that was not measured."""
    if isinstance(ours, list) and isinstance(truth, list) and len(ours) == len(truth):
        return all(b is None and isinstance(a, str) or a == b for a, b in zip(ours, truth, strict=True))
    if isinstance(ours, float) and isinstance(truth, float):
        return abs(ours - truth) <= 1e-3 * abs(truth)
    return bool(ours == truth)
