"""`select = "order"`: the dates of several models come in this order."""

from __future__ import annotations

from itertools import pairwise

from archinspect.check._engine import selector
from archinspect.check._judgement import Judgement, unsettled
from archinspect.check._look import Sight, deciding_files, look, why_not
from archinspect.check._world import Ask
from archinspect.check.date import day_of
from archinspect.records import Claim, Reason, Registry
from archinspect.records.vocabulary import FieldSpec


def the_models(claim: Claim, registry: Registry) -> tuple[str, ...]:
    """The models as the claim lists them."""
    return tuple(name for name in claim.select.get("models", ()) if name in registry.models)


@selector(
    "order",
    FieldSpec("models", "models", "the models, the earliest first", required=True),
    members=the_models,
    about="fact",
    alone=True,
    composes=False,
)
def order(ask: Ask) -> Judgement:
    """The date that `about` names is later with each model; the same day does not break the order."""
    sights = {name: _sight(ask, name) for name in ask.members}
    known = {name: sight for name, sight in sights.items() if isinstance(sight, Sight)}
    days = {name: day for name, sight in known.items() if (day := day_of(sight.value)) is not None}
    observed = {name: day.isoformat() for name, day in days.items()}
    listed = list(days.items())
    wrong = [(a[0], b[0]) for a, b in pairwise(listed) if a[1] > b[1]]
    evidence = tuple(item for name in days for item in known[name].evidence[:1])
    if wrong:
        notes = tuple(f"{later} comes before {earlier}" for earlier, later in wrong)
        return Judgement("breaks", observed, None, evidence, _unverified(ask), notes)
    for name, sight in sights.items():
        if isinstance(sight, Reason):
            return unsettled(sight.code, sight.detail)
        if name not in days:
            return unsettled("fact_unknown", f"{name}: {sight.value!r:.60} is not a date")
    return Judgement("holds", observed, None, evidence, _unverified(ask))


def _sight(ask: Ask, name: str) -> Sight | Reason:
    report = ask.world.reports.get(name)
    reason = why_not(report, name)
    if reason is not None or report is None:
        return reason or Reason("not_fetched", name)
    return look(report, ask.claim.about, name)


def _unverified(ask: Ask) -> bool:
    """Dates come from the Hub's own answer; only a file could be an unverified copy."""
    for name in ask.members:
        sight = _sight(ask, name)
        for path in deciding_files(sight.evidence) if isinstance(sight, Sight) else ():
            file = ask.world.reports[name].snapshot.files.get(path)
            if file is not None and file.check == "unverified":
                return True
    return False
