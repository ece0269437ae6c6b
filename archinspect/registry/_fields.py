"""Checks one value of the registry against the type its field asks for."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Collection, Mapping

from msgspec import Struct

from archinspect.records import Json
from archinspect.records.vocabulary import FieldSpec, FieldType, Vocabulary
from archinspect.registry._problems import nearest, shown

DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
DIGITS = re.compile(r"\d{1,12}(\.\d{1,12})?")


class Names(Struct, frozen=True):
    """What a field may refer to."""

    vocabulary: Vocabulary
    models: Collection[str]
    lineages: Collection[str]
    generations: Collection[str]

    def has(self, what: str, name: str) -> bool:
        """Whether there is such a fact, model, lineage or generation."""
        return self.vocabulary.has_fact(name) if what == "fact" else name in self.all(what)

    def all(self, what: str) -> Collection[str]:
        """Every fact (with its parts), model, lineage or generation."""
        if what == "fact":
            return self.vocabulary.names_of_facts()
        return {"model": self.models, "lineage": self.lineages, "generation": self.generations}[what]


def complaint(spec: FieldSpec, value: Json, names: Names) -> str | None:
    """What is wrong with a field's value, or None. Claims it refers to are checked when all are read."""
    if not _SHAPES[spec.type](value):
        return f"must be {_ARTICLES[spec.type]}, not {shown(value)}"
    if not spec.choices:
        return _unknown_name(spec.type, value, names)
    for member in value if isinstance(value, list) else [value]:
        if not any(member == choice and type(member) is type(choice) for choice in spec.choices):
            allowed = ", ".join(map(repr, spec.choices))
            return f"must be one of {allowed}, not {shown(member)}{_close(member, spec)}"
    return None


def is_date(value: Json) -> bool:
    """YYYY, YYYY-MM or YYYY-MM-DD, and a day that exists."""
    if not isinstance(value, str) or not DATE.fullmatch(value):
        return False
    try:
        datetime.date.fromisoformat(value + "-01-01"[len(value) - 4 :])
    except ValueError:
        return False
    return True


def _close(value: Json, spec: FieldSpec) -> str:
    near = nearest(value, map(str, spec.choices)) if isinstance(value, str) else ""
    return near if "did you mean" in near else ""


def _unknown_name(type_: FieldType, value: Json, names: Names) -> str | None:
    word = type_.removesuffix("s")
    if word not in ("fact", "model", "lineage", "generation"):
        return None
    for name in value if isinstance(value, list) else [value]:
        if not names.has(word, name):
            return f"unknown {word} {shown(name)}{nearest(name, names.all(word))}"
    return None


def _text(value: Json) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _integer(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Json) -> bool:
    return _integer(value) or (isinstance(value, float) and math.isfinite(value))


def _finite(value: Json) -> bool:
    """No NaN and no infinity anywhere: they equal nothing, so that a claim on them says nothing."""
    if isinstance(value, dict):
        return all(map(_finite, value.values()))
    if isinstance(value, list):
        return all(map(_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def _list_of(member: Callable[[Json], bool]) -> Callable[[Json], bool]:
    return lambda value: isinstance(value, list) and bool(value) and all(map(member, value))


def _digits(value: Json) -> bool:
    return isinstance(value, str) and bool(DIGITS.fullmatch(value))


_SHAPES: Mapping[FieldType, Callable[[Json], bool]] = {
    "any": _finite,
    "string": _text,
    "digits": _digits,
    "integer": _integer,
    "number": _number,
    "count": lambda value: _integer(value) and value >= 0,
    "tolerance": lambda value: _number(value) and value >= 0,
    "boolean": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list) and bool(value) and _finite(value),
    "strings": _list_of(_text),
    "numbers": _list_of(_number),
    "pair": lambda value: _list_of(_number)(value) and len(value) == 2,
    "date": is_date,
    "dates": _list_of(is_date),
    "tables": lambda _: True,  # looked into by whoever reads them
    "fact": _text,
    "facts": _list_of(_text),
    "model": _text,
    "models": _list_of(_text),
    "claim": _text,
    "claims": _list_of(_text),
    "lineage": _text,
    "generation": _text,
}
_ARTICLES: Mapping[FieldType, str] = {
    "any": "a value without NaN or infinity",
    "string": "a string with text in it",
    "digits": 'a number as printed, in quotes ("0.49")',
    "integer": "an integer",
    "number": "a finite number",
    "count": "a whole number from 0",
    "tolerance": "a finite number from 0",
    "boolean": "true or false",
    "list": "a list that is not empty",
    "strings": "a list of strings",
    "numbers": "a list of finite numbers",
    "date": "a date that exists: YYYY, YYYY-MM or YYYY-MM-DD, in quotes unless whole",
    "pair": "two numbers, [1, 3]",
    "dates": "a list of dates that exist",
    "tables": "an array of tables",
    "fact": "the name of a fact",
    "facts": "a list of names of facts",
    "model": "the name of a model",
    "models": "a list of names of models",
    "claim": "the id of a claim",
    "claims": "a list of ids of claims",
    "lineage": "the name of a lineage",
    "generation": "a generation that a model has",
}
