"""Compares the facts read from source with what torch showed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from archinspect.blueprint.facts import derive
from archinspect.blueprint.read import read_model
from archinspect.blueprint.reading import Reading
from archinspect.blueprint.records import CodeFact
from archinspect.blueprint.tree import SourceTree
from archinspect.errors import BlueprintError


@dataclass(frozen=True)
class Verdict:
    """One fact of one entry: `word` is right, unknown (`reason` says why) or wrong."""

    fact: str
    word: str
    ours: Any
    truth: Any
    reason: str
    locations: tuple[str, ...] = ()


def verdicts(entry: dict[str, Any], tree: SourceTree) -> Iterator[Verdict]:
    """A verdict for every fact that torch showed of an entry."""
    try:
        reading = read_model(entry["config"], tree)[0]
    except BlueprintError as error:
        for name, truth in entry["facts"].items():
            yield Verdict(name, "unknown", None, truth, str(error))
        return
    yield from compare(entry, reading)


def compare(entry: dict[str, Any], reading: Reading) -> Iterator[Verdict]:
    """The same for an entry that was read already."""
    facts = derive(reading)
    for name, truth in entry["facts"].items():
        whole, _, part = name.partition(".")
        yield _verdict(name, facts.get(whole), part, truth)


def _verdict(name: str, fact: CodeFact | None, part: str, truth: Any) -> Verdict:
    if fact is None or fact.unknown is not None:
        reason = fact.unknown or "" if fact else "the source was not asked"
        return Verdict(name, "unknown", None, truth, reason)
    ours = fact.value.get(part) if part and fact.value is not None else fact.value
    return Verdict(name, "right" if same(ours, truth) else "wrong", ours, truth, "", fact.locations)


def same(ours: Any, truth: Any) -> bool:
    """Equal; in a list, None in the truth where we have a name is a layer whose mixer torch did not tell."""
    if isinstance(ours, list) and isinstance(truth, list) and len(ours) == len(truth):
        return all((b is None and isinstance(a, str)) or a == b for a, b in zip(ours, truth, strict=True))
    if isinstance(ours, float) and isinstance(truth, float):
        return abs(ours - truth) <= 1e-3 * abs(truth)
    return bool(ours == truth)
