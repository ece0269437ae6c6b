"""Our facts beside what torch measured on 60 published configs (tests/fixtures/measured.json)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from archinspect.records import Fact, Facts
from tests.conftest import FIXTURES

MEASURED: dict[str, dict[str, Any]] = json.loads((FIXTURES / "measured.json").read_text())["models"]


@dataclass(frozen=True)
class Pair:
    """One measured quantity of one model, and our value for it."""

    repo: str
    name: str
    measured: Any
    ours: Any
    fact: Fact
    reason: str | None = None
    """Why the two are written differently although they say the same."""

    @property
    def agrees(self) -> bool:
        return self.fact.known and (self.ours == self.measured or self.reason is not None)


def pairs(repo: str, facts: Facts) -> Iterator[Pair]:
    """Every quantity measured of a model."""
    for name, measured in MEASURED[repo]["facts"].items():
        fact, ours = _ours(facts, name)
        yield Pair(repo, name, measured, ours, fact, _reason(repo, name, facts, ours))


def _ours(facts: Facts, name: str) -> tuple[Fact, Any]:
    if name == "sliding_layers":
        fact = facts["sliding_window"]
        return fact, [index for index, window in enumerate(fact.value or ()) if window]
    if name == "sliding_window_size":
        fact = facts["sliding_window"]
        return fact, next((window for window in fact.value or () if window), None)
    if name == "qk_norm":
        return facts["qk_norm"], facts["qk_norm"].value is not None
    base, _, part = name.partition(".")
    fact = facts[base]
    return fact, fact.value[part] if part and fact.known else fact.value


def _reason(repo: str, name: str, facts: Facts, ours: Any) -> str | None:
    """The measured side lists a window as it is built; the contract asks for one that has an effect."""
    if name not in ("sliding_layers", "sliding_window_size") or ours:
        return None
    width = MEASURED[repo]["facts"].get("sliding_window_size")
    ceiling = facts["max_position_embeddings"].value
    if width and ceiling and width >= ceiling:
        return f"a window of {width} has no effect in a context of {ceiling}"
    return None
