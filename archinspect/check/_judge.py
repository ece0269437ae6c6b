"""Claims -> verdicts: which claims can be asked, and what each selector's answer amounts to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from msgspec.structs import replace

from archinspect.check._engine import all_kinds, all_selectors
from archinspect.check._judgement import Judgement, first_of_each
from archinspect.check._one import judge_on
from archinspect.check._world import Ask, World
from archinspect.records import Claim, Json, ModelReport, Registry, Verdict, VerdictWord

WORDS: Mapping[str, VerdictWord] = {
    "holds": "confirmed",
    "breaks": "contradicted",
    "cannot_tell": "undetermined",
    "not_judged": "documented",
}


def judge(
    registry: Registry, reports: Mapping[str, ModelReport], names: Collection[str], today: date
) -> tuple[Verdict, ...]:
    """A verdict for every claim about the models `names`, sorted by claim id.

    A claim about a set is judged when all of its models are among `names`. `reports` holds what
    `needs` asks for, by registry name; a model that is missing there leaves its claims undetermined.
    `today` decides whether an acknowledgement still stands.
    """
    world = World(registry, reports, today)
    return tuple(_verdict(claim, world, members) for claim, members in _asked(registry, names))


def needs(registry: Registry, names: Collection[str]) -> tuple[str, ...]:
    """The models that must be looked at to judge the claims about `names`, in registry order."""
    needed = set(names)
    for claim, members in _asked(registry, names):
        needed.update(members)
        needed.update(claim.attributes[key] for key in ("proxy", "true_of") if key in claim.attributes)
        for other in _in_conflict(claim, registry):
            needed.update(all_selectors()[other.select["select"]].members(other, registry))
    return tuple(name for name in registry.models if name in needed)


def members(claim: Claim, registry: Registry) -> tuple[str, ...]:
    """The models that a claim is about, in registry order."""
    return all_selectors()[claim.select["select"]].members(claim, registry) or tuple(
        name for name in registry.models if name in _current(registry)
    )


def _asked(registry: Registry, names: Collection[str]) -> Iterator[tuple[Claim, tuple[str, ...]]]:
    wanted = set(names)
    for claim in registry.all_claims():
        members = all_selectors()[claim.select["select"]].members(claim, registry)
        chosen = {claim.subject} if claim.subject else set(members) or _current(registry)
        if chosen <= wanted:
            yield claim, members


def _current(registry: Registry) -> set[str]:
    """For a statement that names no model: it is about those of today."""
    return {name for name, entry in registry.models.items() if entry.role == "current"}


def _verdict(claim: Claim, world: World, members: tuple[str, ...]) -> Verdict:
    judgement = _judgement(claim, world, members)
    word = WORDS[judgement.word]
    accepted = claim.acknowledged is not None and world.today <= claim.acknowledged.until
    return Verdict(
        claim=claim,
        word=word,
        expected=expected(claim),
        observed=judgement.observed,
        reason=judgement.reason,
        evidence=judgement.evidence,
        unverified=judgement.unverified,
        counterexamples=judgement.counterexamples,
        notes=first_of_each([*judgement.notes, *_remarks(claim, world, word)]),
        acknowledged=accepted and word == "contradicted",
    )


def expected(claim: Claim) -> Json:
    """What the document says: the one value, or the fields when there are several."""
    fields = {key: value for key, value in claim.select.items() if key not in ("select", "model")}
    params = dict(claim.params)
    if list(params) in (["value"], ["statement"]):
        return next(iter(params.values()))
    return params or fields or None


def _judgement(claim: Claim, world: World, members: tuple[str, ...]) -> Judgement:
    kind = all_kinds().get(claim.kind)
    ask = Ask(claim, world, judge_on, members)
    if kind is not None and kind.of_claims is not None:
        judgement = kind.of_claims(ask)
    else:
        judgement = all_selectors()[claim.select["select"]].judge(ask)
    if claim.attributes.get("opinion") or claim.attributes.get("nominal"):
        return _only_reported(claim, judgement)
    return _attributed(ask, judgement)


def _only_reported(claim: Claim, judgement: Judgement) -> Judgement:
    if claim.attributes.get("opinion"):
        return Judgement("not_judged", notes=("an opinion: recorded, not judged",))
    seen = {"holds": "the name fits", "breaks": "the name does not fit what was measured"}
    notes = (f"a name, not a measurement: {seen.get(judgement.word, 'could not be compared')}",)
    return Judgement(
        "not_judged",
        judgement.observed,
        None,
        judgement.evidence,
        judgement.unverified,
        notes + judgement.notes,
    )


def _attributed(ask: Ask, judgement: Judgement) -> Judgement:
    """For a statement made of the wrong model: does it hold of the right one?"""
    model = ask.claim.attributes.get("true_of")
    if model is None:
        return judgement
    notes = [f"misattributed: the statement is about {model}"]
    if judgement.word in ("holds", "breaks"):
        words = {"holds": "holds", "breaks": "does not hold"}
        notes.append(f"of {model} it {words.get(ask.on(model).word, 'cannot be told')}")
    return Judgement(
        judgement.word,
        judgement.observed,
        judgement.reason,
        judgement.evidence,
        judgement.unverified,
        (*notes, *judgement.notes),
        judgement.counterexamples,
    )


def _remarks(claim: Claim, world: World, word: VerdictWord) -> Iterator[str]:
    if stands_for := claim.attributes.get("proxy_for"):
        yield f"judged on a stand-in for {stands_for}"
    if claim.source.read == "secondhand":
        yield "second-hand: the source was read as quoted by another text"
    yield from _conflicts(claim, world)
    if claim.acknowledged is None:
        return
    if word == "confirmed":
        yield "the acknowledgement no longer applies: the files now agree; remove it"
    elif word == "contradicted" and world.today > claim.acknowledged.until:
        yield f"the acknowledgement ended on {claim.acknowledged.until.isoformat()}; look at it again"


def _conflicts(claim: Claim, world: World) -> Iterator[str]:
    """What other sources say about the same thing, and whether the files bear them out."""
    for other in _in_conflict(claim, world.registry):
        members = all_selectors()[other.select["select"]].members(other, world.registry)
        bare = {key: value for key, value in other.attributes.items() if key != "conflicts_with"}
        word = _judgement(replace(other, attributes=bare), world, members).word
        yield f"{other.source.title} says {_said(other)}: {WORDS[word]}"


def _said(claim: Claim) -> str:
    figure = [claim.params[key] for key in ("value", "unit") if key in claim.params]
    return " ".join(map(str, figure)) or str(expected(claim))


def _in_conflict(claim: Claim, registry: Registry) -> list[Claim]:
    wanted = claim.attributes.get("conflicts_with", ())
    return [other for other in registry.all_claims() if other.id in wanted] if wanted else []
