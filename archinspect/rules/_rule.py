"""Runs the rules: each looks at a few things and says what is wrong with them, if anything.

A rule is a generator function. Its docstring is one sentence on what goes wrong for the user, and its
parameters say what it looks at: a fact by name, a witness (`config`, `tensors`, `tokenizer`), the
`snapshot`, the `blueprint` (and `own_blueprint`, by the repository's own code), the `source_problem` that
there is none for, `facts` or `known_architectures`. A rule is not applicable when a thing is not there or a
fact is unknown, unless its parameter has a default.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final, TypeAlias

from msgspec import Struct

from archinspect._collect import collect
from archinspect.records import Evidence, Fact, Finding, Severity

MOST_PER_RULE: Final = 20
ORDER: Final[Mapping[str, int]] = {"error": 0, "warning": 1, "note": 2}


class Alarm(Struct, frozen=True):
    """What a rule found. It cannot exist without a place where a reader sees it."""

    message: str
    evidence: tuple[Evidence, ...]
    severity: Severity | None = None
    """When it weighs less (or more) than the rule's own severity."""

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError("an alarm needs evidence")


Check: TypeAlias = Callable[..., Iterator[Alarm]]


class Rule(Struct, frozen=True):
    """One rule: its id, how much it weighs, and what goes wrong for the user."""

    id: str
    severity: Severity
    summary: str
    needs: tuple[str, ...]
    optional: frozenset[str]
    check: Check
    module: str


def rule(id: str, severity: Severity) -> Callable[[Check], Rule]:
    """Make a generator function a rule."""

    def made(check: Check) -> Rule:
        parameters = inspect.signature(check).parameters
        return Rule(
            id=id,
            severity=severity,
            summary=" ".join((inspect.getdoc(check) or "").split("\n\n")[0].split()),
            needs=tuple(parameters),
            optional=frozenset(name for name, one in parameters.items() if one.default is not one.empty),
            check=check,
            module=check.__module__,
        )

    return made


@cache
def all_rules() -> Mapping[str, Rule]:
    """Every rule by id."""
    import archinspect.rules

    return collect(archinspect.rules, Rule, lambda one: one.id)


def run(inputs: Mapping[str, Any], ignore: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """Everything that the rules find, the gravest first. `inputs` are facts and witnesses by name."""
    facts = {name: value for name, value in inputs.items() if isinstance(value, Fact)}
    given = {"facts": facts, **inputs}
    found = [finding for one in all_rules().values() if one.id not in ignore for finding in apply(one, given)]
    return tuple(sorted(found, key=lambda finding: (ORDER[finding.severity], finding.rule)))


def apply(one: Rule, inputs: Mapping[str, Any]) -> list[Finding]:
    """What one rule finds; nothing when it is not applicable."""
    given = _given(one, inputs)
    findings: list[Finding] = []
    if given is None:
        return findings
    try:
        for alarm in one.check(**given):
            findings.append(Finding(one.id, alarm.severity or one.severity, alarm.message, alarm.evidence))
            if len(findings) == MOST_PER_RULE:
                break
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        # A file can hold any value in any place. What one rule did not foresee must not silence the others.
        message = f"could not be applied to the values found ({type(error).__name__}: {error!s:.200})"
        findings.append(Finding(one.id, "note", message, ()))
    return findings


def applies(one: Rule, inputs: Mapping[str, Any]) -> bool:
    """Whether everything that the rule cannot do without is there and known."""
    return _given(one, inputs) is not None


def _given(one: Rule, inputs: Mapping[str, Any]) -> dict[str, Any] | None:
    given: dict[str, Any] = {}
    for name in one.needs:
        value = inputs.get(name)
        if value is None or (isinstance(value, Fact) and not value.known):
            if name not in one.optional:
                return None
        else:
            given[name] = value
    return given
