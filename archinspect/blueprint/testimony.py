"""A blueprint's facts as the testimony of one witness."""

from __future__ import annotations

from archinspect.records import Answer, Evidence, Reading, Testimony, Unknown

from .records import Blueprint, CodeFact
from .tree import PACKAGE, REPOSITORY


def testify(blueprint: Blueprint) -> Testimony:
    """Every fact the source settles, with basis ``code`` and the lines that settle it."""
    answers = {name: _answer(fact, blueprint) for name, fact in blueprint.facts.items()}
    return Testimony({**answers, **_dimensions(blueprint), **_keys_read(blueprint), **_whose(blueprint)})


def _whose(blueprint: Blueprint) -> dict[str, Answer]:
    """That the model's class is the repository's own (its config's class may be transformers'), and the keys
    that lines of the repository read.
    """
    if blueprint.source != REPOSITORY:
        return {}
    where = (Evidence("code", blueprint.location),)
    lines = blueprint.config_keys_read.items()
    keys = sorted({name.rpartition(".")[2] for name, line in lines if not line.startswith(PACKAGE)})
    return {"modelling_code": Reading(REPOSITORY, where), "own_keys": Reading(keys, where)}


def _dimensions(blueprint: Blueprint) -> dict[str, Answer]:
    """Every size that a dimension of a parameter has, when all are known: what is said of a width can be held
    against them.
    """
    shapes = [one.shape for one in blueprint.parameters]
    if not shapes or None in shapes:
        return {}
    sizes = sorted({size for shape in shapes for size in shape or ()})
    return {"dimensions": Reading(sizes, (Evidence("code", blueprint.location),))}


def _keys_read(blueprint: Blueprint) -> dict[str, Answer]:
    """The keys that the source reads, and who never reads others, when all of it was followed: what is
    written under another key is nothing that the model does.

    Of a repository's own code, whose authors write down what others make a key, it is enough that all
    constructors were followed.
    """
    whole = not blueprint.unknowns
    built = blueprint.source == REPOSITORY and blueprint.totals.model is not None
    if blueprint.transient or not (whole or built):
        return {}
    keys = sorted({name.rpartition(".")[2] for name in blueprint.config_keys_read})
    who = blueprint.class_name if whole else f"what could be followed of {blueprint.class_name}"
    told = {"who": who, "keys": keys}
    return {"keys_read": Reading(told, (Evidence("code", blueprint.location),))}


def _answer(fact: CodeFact, blueprint: Blueprint) -> Answer:
    evidence = tuple(Evidence("code", location) for location in fact.locations if location)
    if fact.unknown is not None:
        return Unknown(fact.unknown, evidence)
    return Reading(fact.value, evidence or (Evidence("code", blueprint.location),))
