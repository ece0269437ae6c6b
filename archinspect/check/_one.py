"""Holds a claim's predicate against one model."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from archinspect.check._engine import Kind, all_kinds
from archinspect.check._judgement import Judgement, Outcome, first_of_each, unsettled
from archinspect.check._look import Sight, deciding_files, look, why_not
from archinspect.check._world import World
from archinspect.records import ABSENT, Claim, Evidence, Json, ModelReport, Reason

AUTHORITY: Mapping[str, int] = {"tensor": 3, "code": 3, "resolved": 2, "stated": 1, "default": 0}


def judge_on(claim: Claim, world: World, model: str) -> Judgement:
    """The claim about `model`; on its stand-in where the model itself cannot say."""
    judgement = _judge_itself(claim, world, model)
    proxy = claim.attributes.get("proxy")
    if judgement.word != "cannot_tell" or proxy is None or judgement.reason is None:
        return judgement
    instead = _judge_itself(claim, world, proxy)
    if instead.word == "cannot_tell":
        return judgement
    repo = world.registry.models[proxy].repo
    note = f"judged on a stand-in, {repo}: {judgement.reason.detail}"
    return _with_notes(instead, note)


def _judge_itself(claim: Claim, world: World, model: str) -> Judgement:
    kind = all_kinds()[claim.kind]
    report = world.reports.get(model)
    if reason := why_not(report, model):
        return unsettled(reason.code, reason.detail)
    assert report is not None  # why_not has a reason for None
    if kind.of_report is not None:
        return _settled(kind.of_report(report, claim.params), report, None, ())
    return _judge_value(kind, claim, report, model)


def _judge_value(kind: Kind, claim: Claim, report: ModelReport, model: str) -> Judgement:
    params, evidence, reason = _facts_for_names(kind, claim, report, model)
    sight = look(report, claim.about, model) if claim.about else Sight(None, (), ())
    if isinstance(sight, Reason):
        reason = sight
    if reason is not None or isinstance(sight, Reason) or kind.of_value is None:
        reason = reason or Reason("fact_unknown", "nothing to judge")
        return unsettled(reason.code, reason.detail)
    outcome = kind.of_value(sight.value, params)
    settled = _settled(outcome, report, sight, evidence)
    return _weigh_disagreement(settled, kind, params, sight)


def _facts_for_names(
    kind: Kind, claim: Claim, report: ModelReport, model: str
) -> tuple[dict[str, Json], tuple[Evidence, ...], Reason | None]:
    """The parameters with the values of the facts they name, and the evidence of those."""
    params = dict(claim.params)
    evidence: tuple[Evidence, ...] = ()
    for field in kind.spec.fields:
        if field.type == "fact" and field.name in params:
            sight = look(report, params[field.name], model)
            if isinstance(sight, Reason):
                return params, evidence, sight
            params[field.name] = sight.value
            evidence += sight.evidence
    return params, evidence, None


def _settled(
    outcome: Outcome, report: ModelReport, sight: Sight | None, more: tuple[Evidence, ...]
) -> Judgement:
    value = sight.value if sight else None
    evidence = (*(sight.evidence if sight else ()), *more, *outcome.evidence)
    deciding = tuple(item for item in evidence if sight is None or item not in sight.dissenting())
    unverified = _unverified(report, deciding)
    remarks = [outcome.detail] if outcome.detail and outcome.word != "cannot_tell" else []
    reason = None
    if outcome.word == "cannot_tell":
        reason = Reason(outcome.code, f"{report.snapshot.target.model}: {outcome.detail}")
    return Judgement(
        outcome.word,
        value if outcome.observed is ABSENT else outcome.observed,
        reason,
        evidence,
        bool(unverified),
        first_of_each([*remarks, *_copied(report), *_rests_on(deciding[:1]), *unverified]),
    )


def _copied(report: ModelReport) -> list[str]:
    origin = report.snapshot.origin
    if origin.kind not in ("mirror", "proxy"):
        return []
    compared = (
        "equal to the official ones" if origin.equals_official else "not compared with the official ones"
    )
    return [f"read from {origin.repo}, whose files are {compared}"]


def _unverified(report: ModelReport, evidence: tuple[Evidence, ...]) -> list[str]:
    files = {path: report.snapshot.files.get(path) for path in deciding_files(evidence)}
    return [
        f"rests on an unverified copy: the bytes of {path} match no published digest"
        for path, file in sorted(files.items())
        if file is not None and file.check == "unverified"
    ]


def _rests_on(evidence: tuple[Evidence, ...]) -> list[str]:
    words = {
        "default": "rests on a class default",
        "resolved": "rests on what the config class makes of the key",
        "code": "rests on the modelling source",
    }
    return [
        f"{words[root.basis]}: {root.location}"
        for item in evidence
        for root in item.roots()
        if root.basis in words
    ]


def _weigh_disagreement(
    judgement: Judgement, kind: Kind, params: Mapping[str, Json], sight: Sight
) -> Judgement:
    """A lower witness is a remark; one of equal authority that would turn the verdict unsettles it."""
    if kind.of_value is None or judgement.word not in ("holds", "breaks"):
        return judgement
    for value, evidence in sight.others:
        other = kind.of_value(value, params)
        if other.word == judgement.word:
            continue
        where = ", ".join(item.location for item in evidence)
        if _authority(evidence) >= _authority(sight.evidence[:1]):
            detail = f"{sight.evidence[0].location} says {sight.value!r:.60}, {where} says {value!r:.60}"
            return unsettled("witnesses_disagree", f"{detail}: neither has authority over the other")
        judgement = _with_notes(judgement, f"{where} says otherwise: {value!r:.60}")
    return judgement


def _authority(evidence: tuple[Evidence, ...]) -> int:
    roots = [AUTHORITY.get(root.basis, 1) for item in evidence for root in item.roots()]
    return min(roots, default=0)


def _with_notes(judgement: Judgement, *notes: str) -> Judgement:
    return replace(judgement, notes=first_of_each([*notes, *judgement.notes]))
