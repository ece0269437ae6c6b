"""A repository's own modelling code beside transformers'."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archinspect.records import Evidence, same
from archinspect.rules._rule import Alarm, rule


@rule("own-code-differs", "note")
def own_code_differs(blueprint: Any, own_blueprint: Any) -> Iterator[Alarm]:
    """With trust_remote_code another model runs than without: the two sources build different ones."""
    where = (Evidence("code", own_blueprint.location), Evidence("code", blueprint.location))
    sizes = [one.totals.model for one in (own_blueprint, blueprint)]
    if None not in sizes and sizes[0] != sizes[1]:
        yield Alarm(
            f"the repository's {own_blueprint.class_name} has {sizes[0]:,} parameters, "
            f"{blueprint.source}'s {blueprint.class_name} {sizes[1]:,}",
            where,
        )
    for name, own in sorted(own_blueprint.facts.items()):
        other = blueprint.facts.get(name)
        if name == "parameters" or other is None or own.unknown is not None or other.unknown is not None:
            continue
        if not same(own.value, other.value):
            places = tuple(Evidence("code", line) for line in (*own.locations[:1], *other.locations[:1]))
            ours, theirs = f"{own.value!r:.80}", f"{other.value!r:.80}"
            message = f"{name} is {ours} by the repository's code, {theirs} by {blueprint.source}"
            yield Alarm(message, places or where)
