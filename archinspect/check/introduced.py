"""`select = "introduced"`: absent in every earlier generation of a lineage, present from one on."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from archinspect.check._engine import selector
from archinspect.check._judgement import Judgement
from archinspect.check._sets import counterexamples, generation_key, in_scope, together
from archinspect.check._world import Ask
from archinspect.records.vocabulary import FieldSpec


@selector(
    "introduced",
    FieldSpec("lineage", "lineage", "the lineage, ordered by generation", required=True),
    FieldSpec("at", "generation", "the generation that brings it", required=True),
    FieldSpec("some", "boolean", "true: one model of that generation is enough, and later ones are free"),
    FieldSpec("except", "models", "models the document leaves out"),
    members=in_scope,
)
def introduced(ask: Ask) -> Judgement:
    """The predicate holds of no earlier generation, and of every model from generation `at` on."""
    at = generation_key(ask.claim.select["at"])
    ages = {name: _age(ask, name) for name in ask.members}
    judged = {name: ask.on(name) for name, age in ages.items() if age is not None}
    before = {name: item for name, item in judged.items() if (ages[name] or ()) < at}
    there = {name: item for name, item in judged.items() if (ages[name] or ()) == at}
    later = {name: item for name, item in judged.items() if (ages[name] or ()) > at}
    too_early = {name: item for name, item in before.items() if item.word == "holds"}
    if too_early:
        return _broken(judged, too_early, "holds", "an earlier generation has it already")
    if ask.claim.select.get("some"):
        return _in_some(judged, before, there)
    missing = {name: item for name, item in {**there, **later}.items() if item.word == "breaks"}
    if missing:
        return _broken(judged, missing, "breaks", "a model from there on is without it")
    if not there or any(item.word == "cannot_tell" for item in judged.values()):
        return together("cannot_tell", judged, {})
    return together("holds", judged, judged)


def _age(ask: Ask, model: str) -> tuple[int, ...] | None:
    generation = ask.entry(model).generation
    return None if generation is None else generation_key(generation)


def _in_some(
    judged: Mapping[str, Judgement], before: Mapping[str, Judgement], there: Mapping[str, Judgement]
) -> Judgement:
    holding = {name: item for name, item in there.items() if item.word == "holds"}
    unknown = [item for item in before.values() if item.word == "cannot_tell"]
    if not holding and there and all(item.word == "breaks" for item in there.values()):
        return _broken(judged, there, "breaks", "no model of that generation has it")
    if not holding or unknown:
        return together("cannot_tell", {**before, **there}, {})
    return together("holds", {**before, **there}, {**before, **holding})


def _broken(judged: Mapping[str, Judgement], by: Mapping[str, Judgement], word: str, why: str) -> Judgement:
    found = together("breaks", judged, by)
    return replace(found, notes=(why, *found.notes), counterexamples=counterexamples(by, word))
