"""`select = "duration"`: so many months lie between two dates, documented or observed."""

from __future__ import annotations

import datetime

from archinspect.check._engine import selector
from archinspect.check._judgement import Judgement, unsettled
from archinspect.check._look import Sight, look, why_not
from archinspect.check._world import Ask
from archinspect.check.date import day_of, span
from archinspect.records import Claim, Evidence, Reason, Registry
from archinspect.records.vocabulary import FieldSpec

DAYS_PER_MONTH = 365.2425 / 12


def two_models(claim: Claim, registry: Registry) -> tuple[str, ...]:
    """The models whose dates are meant; none when the dates are written out."""
    return tuple(name for name in claim.select.get("models", ()) if name in registry.models)


@selector(
    "duration",
    FieldSpec("months", "tolerance", "how many months", required=True),
    FieldSpec("tolerance_months", "tolerance", "by how many it may be off; half a month when absent"),
    FieldSpec("between", "dates", "the two dates as documented"),
    FieldSpec("models", "models", "the two models whose dates (`about`) are meant"),
    members=two_models,
    alone=True,
    composes=False,
    one_of=("between", "models"),
)
def duration(ask: Ask) -> Judgement:
    """From the first date to the second it is `months`."""
    select = ask.claim.select
    found = _written(select["between"]) if "between" in select else _observed(ask)
    if isinstance(found, Reason):
        return unsettled(found.code, found.detail)
    first, second, evidence = found
    months = round((second - first).days / DAYS_PER_MONTH, 2)
    holds = abs(months - select["months"]) <= select.get("tolerance_months", 0.5)
    note = f"from {first.isoformat()} to {second.isoformat()} are {months:g} months"
    return Judgement("holds" if holds else "breaks", {"months": months}, None, evidence, notes=(note,))


def _written(dates: list[str]) -> tuple[datetime.date, datetime.date, tuple[Evidence, ...]] | Reason:
    try:
        first, second = (span(date)[0] for date in dates)
    except (ValueError, TypeError, AttributeError):
        return Reason("fact_unknown", f"`between` needs two dates, not {dates!r:.80}")
    return first, second, ()


def _observed(ask: Ask) -> tuple[datetime.date, datetime.date, tuple[Evidence, ...]] | Reason:
    days: list[datetime.date] = []
    evidence: list[Evidence] = []
    for name in ask.members:
        report = ask.world.reports.get(name)
        if reason := why_not(report, name):
            return reason
        sight = look(report, ask.claim.about or "created_at", name) if report else None
        if isinstance(sight, Reason):
            return sight
        day = day_of(sight.value) if isinstance(sight, Sight) else None
        if day is None or not isinstance(sight, Sight):
            return Reason("fact_unknown", f"{name} has no date")
        days.append(day)
        evidence += sight.evidence[:1]
    if len(days) != 2:
        return Reason("fact_unknown", f"a duration lies between two models, not {len(days)}")
    return days[0], days[1], tuple(evidence)
