"""What a predicate answers, and what that amounts to once evidence is attached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from archinspect.records import ABSENT, Absent, Evidence, Json, Reason, ReasonCode

Word: TypeAlias = Literal["holds", "breaks", "cannot_tell", "not_judged"]


class Outcome(Struct, frozen=True):
    """A predicate's answer about one value."""

    word: Word
    observed: Json | Absent = ABSENT
    """What to show as observed, where that is not the fact's own value."""
    detail: str | None = None
    """For `cannot_tell`: what would settle it. Otherwise a remark for the reader."""
    code: ReasonCode = "fact_unknown"
    evidence: tuple[Evidence, ...] = ()


def holds_if(holds: bool, observed: Json | Absent = ABSENT, remark: str | None = None) -> Outcome:
    """Holds or breaks."""
    return Outcome("holds" if holds else "breaks", observed, remark)


def cannot_tell(detail: str, code: ReasonCode = "fact_unknown") -> Outcome:
    """Neither: `detail` says what would settle it."""
    return Outcome("cannot_tell", ABSENT, detail, code)


class Judgement(Struct, frozen=True):
    """A claim held against one model or against several."""

    word: Word
    observed: Json = None
    reason: Reason | None = None
    evidence: tuple[Evidence, ...] = ()
    unverified: bool = False
    notes: tuple[str, ...] = ()
    counterexamples: tuple[Mapping[str, Json], ...] = ()


def unsettled(code: ReasonCode, detail: str) -> Judgement:
    """A judgement that could not be made, and why."""
    return Judgement("cannot_tell", reason=Reason(code, detail))


def first_of_each(items: list[str]) -> tuple[str, ...]:
    """Without repetitions, in order."""
    return tuple(dict.fromkeys(items))
