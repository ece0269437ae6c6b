"""Runs the facts: each asks its witnesses in order of authority, the engine weighs the answers.

A fact is a generator function. Its name is the fact's name, its docstring the summary, and its
parameters say what it needs: a witness (`config`, `code`, `tensors`, `tokenizer`, `hub`) or another
fact by name. It yields answers, the most authoritative first. The first Reading is the value; the
others corroborate it or are kept as disagreements. A Reading marked `fallback` counts only where no
witness speaks, and not at all where the model is the repository's own code: what a key means there, or its
absence, is for that code to say. Without any Reading the fact is unknown, for the first reason given.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from archinspect._collect import collect
from archinspect.derive._config_only import is_own_code
from archinspect.records import Answer, Fact, Reading, Unknown, same

WITNESSES = ("config", "code", "tensors", "tokenizer", "hub")
NOTHING_SAID = "no file of the repository says; the modelling source or the tensors would settle it"


class FactRule(Struct, frozen=True):
    """One fact and how it is derived."""

    name: str
    family: str
    summary: str
    needs: tuple[str, ...]
    answers: Callable[..., Iterator[Answer]]
    module: str


def fact(function: Callable[..., Iterator[Answer]]) -> FactRule:
    """Make a generator function a fact."""
    return FactRule(
        name=function.__name__,
        family=function.__module__.rsplit(".", 1)[-1],
        summary=(inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " "),
        needs=tuple(inspect.signature(function).parameters),
        answers=function,
        module=function.__module__,
    )


@cache
def all_facts() -> Mapping[str, FactRule]:
    """Every fact by name."""
    import archinspect.derive

    return collect(archinspect.derive, FactRule, lambda rule: rule.name)


def derive(witnesses: Mapping[str, Any]) -> dict[str, Fact]:
    """All facts of one model. `witnesses` has an entry for each name of WITNESSES."""
    done: dict[str, Fact] = {}
    guessing = not is_own_code(witnesses["config"], witnesses["code"])
    for name in all_facts():
        _settle(name, witnesses, done, guessing)
    return {name: done[name] for name in all_facts()}


def _settle(name: str, witnesses: Mapping[str, Any], done: dict[str, Fact], guessing: bool) -> Fact:
    if name not in done:
        rule = all_facts()[name]
        given = {
            need: witnesses[need] if need in WITNESSES else _settle(need, witnesses, done, guessing)
            for need in rule.needs
        }
        answers = _answers(rule, given)
        done[name] = weigh(name, answers if guessing else [one for one in answers if not _is_guess(one)])
    return done[name]


def _is_guess(answer: Answer) -> bool:
    """Whether an answer rests on what keys mean in transformers alone; what follows from known facts, or from
    the code as well, does not.
    """
    if not isinstance(answer, Reading) or not answer.fallback:
        return False
    bases = {one.basis for one in answer.evidence}
    return "code" not in bases and bases != {"computed"}


def _answers(rule: FactRule, given: Mapping[str, Any]) -> list[Answer]:
    answers: list[Answer] = []
    try:
        for answer in rule.answers(**given):
            answers.append(answer)
            if isinstance(answer, Unknown) and answer.blocks:
                break
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        # A config can hold any value in any place. What a fact did not foresee must not cost the model
        # its other facts, nor pass for a value.
        answers.append(
            Unknown(f"the values found could not be worked with ({type(error).__name__}: {error})")
        )
    return answers


def weigh(name: str, answers: list[Answer]) -> Fact:
    """The fact that a list of answers, in order of authority, amounts to."""
    readings = [answer for answer in answers if isinstance(answer, Reading)]
    witnesses = [reading for reading in readings if not reading.fallback] or readings[:1]
    if not witnesses:
        return _unknown(name, [answer for answer in answers if isinstance(answer, Unknown)])
    chosen, *others = witnesses
    evidence = list(chosen.evidence)
    for reading in others:
        evidence += [item for item in reading.evidence if item not in evidence]
    disagreements = tuple(reading for reading in others if not same(reading.value, chosen.value))
    return Fact(name, chosen.value, None, tuple(evidence), disagreements)


def _unknown(name: str, reasons: list[Unknown]) -> Fact:
    if not reasons:
        return Fact(name, None, NOTHING_SAID, ())
    first, last = reasons[0], reasons[-1]
    if not last.blocks or first.reason == last.reason:
        return Fact(name, None, first.reason, first.evidence)
    # Why the most authoritative cannot say, and why what another says is no value.
    return Fact(name, None, f"{first.reason}; {last.reason}", (*first.evidence, *last.evidence))
