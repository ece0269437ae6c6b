"""Facts and the evidence they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Final, Literal, TypeAlias, get_args

from msgspec import Struct, field

Json: TypeAlias = Any
"""A JSON value: None, bool, int, float, str, list of Json or dict of str to Json."""

Basis = Literal["stated", "default", "resolved", "code", "tensor", "tokenizer", "hub", "computed"]
BASES: Final[tuple[str, ...]] = get_args(Basis)


class Absent(Enum):
    """The type of ABSENT: a key that is not there, as opposed to one that is null."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


class Evidence(Struct, frozen=True):
    """Where one witness says something, and what it says there."""

    basis: Basis
    """Which kind of witness: one of BASES."""
    location: str
    """The place a reader can open: a JSON pointer, a class attribute, a source line, a tensor name."""
    raw: Json | Absent = ABSENT
    """The value as found there; ABSENT when there is nothing to quote, None when it is null."""
    rests_on: tuple[Evidence, ...] = ()
    """For `computed`: the evidence of the facts that went in."""

    def roots(self) -> Iterator[Evidence]:
        """The evidence at the bottom: this one, or for `computed` what it rests on."""
        if not self.rests_on:
            yield self
        for evidence in self.rests_on:
            yield from evidence.roots()

    @property
    def file(self) -> str | None:
        """The repository file the location lies in, or None (a class, the Hub's API, arithmetic)."""
        if self.basis in ("stated", "resolved", "tokenizer", "tensor"):
            head = self.location.split("#", 1)[0]
            return head if head and ":" not in head else None
        return None


class Reading(Struct, frozen=True):
    """What one witness says about one fact: a value that cannot exist without evidence."""

    value: Json
    evidence: tuple[Evidence, ...]
    fallback: bool = False
    """True for arithmetic that only stands where no witness speaks: it cannot disagree."""

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError("a reading needs evidence")


class Unknown(Struct, frozen=True):
    """Why a witness cannot say; the reason names what would settle it."""

    reason: str
    evidence: tuple[Evidence, ...] = ()
    blocks: bool = False
    """True when a lower witness must not be asked: a stated value that cannot be read is not absent."""


class Fact(Struct, frozen=True):
    """One fact about one model: a value with evidence, or unknown with a reason."""

    name: str
    value: Json
    unknown: str | None
    """None when the value is known; `value` None with `unknown` None is a known "there is none"."""
    evidence: tuple[Evidence, ...]
    disagreements: tuple[Reading, ...] = ()
    """Readings of other witnesses that differ from `value`; each is a finding."""

    @property
    def known(self) -> bool:
        return self.unknown is None

    def roots(self) -> Iterator[Evidence]:
        """The evidence the value finally rests on."""
        for evidence in self.evidence:
            yield from evidence.roots()


Facts: TypeAlias = Mapping[str, Fact]
Answer: TypeAlias = Reading | Unknown


class Testimony(Struct, frozen=True):
    """All that one witness says: answers by fact name (or by the name of a quantity facts need).

    A name that is missing means that this witness has nothing to say about it, which is not the
    same as Unknown: "I looked, and it cannot be known from here".
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)

    def says(self, name: str) -> Iterator[Answer]:
        """The answer about `name`, if there is one: made for `yield from` in a fact."""
        if name in self.answers:
            yield self.answers[name]


def same(left: Any, right: Any) -> bool:
    """Equal as JSON: True is not 1, 1.0 is 1, lists and dicts member by member."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)
