"""A blueprint's facts as the testimony of one witness."""

from __future__ import annotations

from archinspect.records import Answer, Evidence, Reading, Testimony, Unknown

from .records import Blueprint, CodeFact


def testify(blueprint: Blueprint) -> Testimony:
    """Every fact the source settles, with basis ``code`` and the lines that settle it."""
    return Testimony({name: _answer(fact, blueprint) for name, fact in blueprint.facts.items()})


def _answer(fact: CodeFact, blueprint: Blueprint) -> Answer:
    evidence = tuple(Evidence("code", location) for location in fact.locations if location)
    if fact.unknown is not None:
        return Unknown(fact.unknown, evidence)
    return Reading(fact.value, evidence or (Evidence("code", blueprint.location),))
