"""What a predicate and a selector are, and how they are found.

A predicate (`kind`) says whether one thing holds; a selector (`select`) says of which models it must
hold. Each is a function in a module of this package, made an object by its decorator: there is no
list to edit.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Literal, TypeAlias

from msgspec import Struct

from archinspect._collect import collect
from archinspect.check._judgement import Judgement, Outcome
from archinspect.check._world import Ask
from archinspect.records import Claim, Json, ModelReport, Registry
from archinspect.records.vocabulary import FieldSpec, KindSpec

About: TypeAlias = Literal["fact", "optional", "none"]
Needs: TypeAlias = tuple[tuple[str, Json, str], ...]
OfValue: TypeAlias = Callable[[Json, Mapping[str, Json]], Outcome]
OfReport: TypeAlias = Callable[[ModelReport, Mapping[str, Json]], Outcome]
OfClaims: TypeAlias = Callable[[Ask], Judgement]
Members: TypeAlias = Callable[[Claim, Registry], tuple[str, ...]]


class Kind(Struct, frozen=True):
    """A predicate. `of_value` sees a fact's value, `of_report` all of a model, `of_claims` neither.

    In the parameters of `of_value`, a field of type `fact` is already the value of that fact.
    """

    spec: KindSpec
    module: str
    of_value: OfValue | None = None
    of_report: OfReport | None = None
    of_claims: OfClaims | None = None


class Selector(Struct, frozen=True):
    """Which models a claim is about, and how their single judgements make one."""

    spec: KindSpec
    module: str
    judge: Callable[[Ask], Judgement]
    members: Members


def kind(
    name: str, *fields: FieldSpec, one_of: tuple[str, ...] = (), needs: Needs = ()
) -> Callable[[OfValue], Kind]:
    """Make a function of (observed value, parameters) a predicate about one fact."""

    def make(function: OfValue) -> Kind:
        spec = KindSpec(name, _summary(function), fields, one_of=one_of, needs=needs, needs_model=True)
        return Kind(spec, function.__module__, of_value=function)

    return make


def report_kind(name: str, *fields: FieldSpec) -> Callable[[OfReport], Kind]:
    """Make a function of (model report, parameters) a predicate that looks at more than facts."""

    def make(function: OfReport) -> Kind:
        spec = KindSpec(name, _summary(function), fields, "none", needs_model=True)
        return Kind(spec, function.__module__, of_report=function)

    return make


def claims_kind(name: str, *fields: FieldSpec) -> Callable[[OfClaims], Kind]:
    """Make a function of the whole question a predicate about what is claimed, not about files."""

    def make(function: OfClaims) -> Kind:
        spec = KindSpec(name, _summary(function), fields, "optional")
        return Kind(spec, function.__module__, of_claims=function)

    return make


def selector(
    name: str,
    *fields: FieldSpec,
    members: Members,
    about: About = "optional",
    alone: bool = False,
    composes: bool = True,
    one_of: tuple[str, ...] = (),
    needs: Needs = (),
    without_kind: tuple[str, ...] = (),
) -> Callable[[OfClaims], Selector]:
    """Make a function of the question a selector; `members` says which models it looks at."""

    def make(function: OfClaims) -> Selector:
        spec = KindSpec(
            name,
            _summary(function),
            fields,
            about,
            alone,
            one_of,
            needs,
            composes=composes,
            without_kind=without_kind,
        )
        return Selector(spec, function.__module__, function, members)

    return make


@cache
def all_kinds() -> Mapping[str, Kind]:
    """Every predicate by name."""
    import archinspect.check

    return collect(archinspect.check, Kind, lambda item: item.spec.name)


@cache
def all_selectors() -> Mapping[str, Selector]:
    """Every selector by name."""
    import archinspect.check

    return collect(archinspect.check, Selector, lambda item: item.spec.name)


def kind_specs() -> dict[str, KindSpec]:
    """The predicates as the registry needs to know them."""
    return {name: item.spec for name, item in all_kinds().items()}


def selector_specs() -> dict[str, KindSpec]:
    """The selectors as the registry needs to know them."""
    return {name: item.spec for name, item in all_selectors().items()}


def _summary(function: Callable[..., object]) -> str:
    return (inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " ")
