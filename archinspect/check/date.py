"""`kind = "date"`: a day, month or year, as exactly as the document gives it, give or take some days."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Mapping

from archinspect.check._engine import kind
from archinspect.check._judgement import Outcome, cannot_tell, holds_if
from archinspect.records import Json
from archinspect.records.vocabulary import FieldSpec

EVENTS = ("announced", "paper", "created", "weights")


@kind(
    "date",
    FieldSpec("value", "date", "YYYY, YYYY-MM or YYYY-MM-DD", required=True),
    FieldSpec("tolerance_days", "count", "days by which the two events may lie apart; 0 when absent"),
    FieldSpec("event", "string", "which event the document dates", choices=EVENTS),
)
def date(observed: Json, params: Mapping[str, Json]) -> Outcome:
    """The fact is a day within `value`, or within `tolerance_days` of it."""
    found = day_of(observed)
    if found is None:
        return cannot_tell(f"the value found, {observed!r:.80}, is not a date")
    first, last = span(params["value"])
    slack = datetime.timedelta(days=params.get("tolerance_days", 0))
    away = max((first - found).days, (found - last).days, 0)
    remark = f"{away} day{'s' if away != 1 else ''} from what is documented" if away else None
    return holds_if(first - slack <= found <= last + slack, remark=remark)


def day_of(value: Json) -> datetime.date | None:
    """The day of a timestamp as the Hub gives it, or None."""
    try:
        return datetime.date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def span(written: str) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of a year, a month or a day."""
    year, month, day = (*map(int, written.split("-")), None, None)[:3]
    assert year is not None  # the registry only lets through dates that exist
    if month is None:
        return datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    last = day or calendar.monthrange(year, month)[1]
    return datetime.date(year, month, day or 1), datetime.date(year, month, last)
