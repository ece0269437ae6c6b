"""Regular expressions that are safe to try, versions, and iteration helpers."""

from __future__ import annotations

import ast
import math
import re

from archinspect.blueprint.interp.items import iterate
from archinspect.blueprint.interp.operators import BINARY
from archinspect.blueprint.interp.types import OBJECT
from archinspect.blueprint.interp.values import (
    Builtin,
    Instance,
)
from archinspect.hints import Any

Args = list[Any]
Kwargs = dict[str, Any]
MOST_WAYS = 20_000_000


def safe_pattern(pattern: Any, subject: Any) -> bool:
    """Whether a regular expression may be tried: short, without repeated groups (no catastrophic
    backtracking), and with so few repetitions that trying every way to share out the text ends soon.
    """
    if not isinstance(pattern, str) or not isinstance(subject, str):
        return False
    if len(pattern) > 400 or len(subject) > 1000 or re.search(r"\)[*+{]", pattern):
        return False
    repeated = len(re.findall(r"[*+]|\{\d*,", pattern))
    # k repetitions share n characters in about n**k / k! ways; a search begins at each of the n.
    begins = 1 if pattern.startswith(("^", r"\A")) else len(subject)
    ways: int = begins * len(subject) ** repeated
    return ways <= MOST_WAYS * math.factorial(repeated)


def regex(name: str) -> Builtin:
    def run(ev: Any, args: Args, kwargs: Kwargs) -> Any:
        pattern, subject = (
            args[0],
            args[2] if name == "sub" and len(args) > 2 else args[1] if len(args) > 1 else None,
        )
        if not safe_pattern(pattern, subject):
            return ev.unknown(f"re.{name} with a pattern or text that is not plain")
        try:
            if name == "sub":
                plain = isinstance(args[1], str) and isinstance(subject, str)
                return re.sub(pattern, args[1], str(subject)) if plain else ev.unknown("re.sub")
            found = getattr(re, name)(pattern, subject)
        except (re.error, ValueError, RecursionError):
            return ev.unknown(f"re.{name} with a pattern that is not valid")
        if name in ("findall", "split"):
            return found
        if found is None:
            return None
        made = Instance(OBJECT)
        made.attrs["group"] = Builtin(
            "group", lambda e, a, k: found.group(*[one for one in a if isinstance(one, int | str)])
        )
        made.attrs["groups"] = Builtin("groups", lambda e, a, k: found.groups())
        return made

    return Builtin(name, run)


def version_(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    numbers = re.match(r"\d+(?:\.\d+)*", args[0]) if isinstance(args[0], str) else None
    return tuple(int(one[:9]) for one in numbers.group(0).split(".")) if numbers else ev.unknown("a version")


def chain(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    made = [one for part in args for one in iterate(ev, part)]
    ev.budget.charge(len(made))
    return made


def product_(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    made: list[tuple[Any, ...]] = [()]
    for part in [list(iterate(ev, one)) for one in args] * int(kwargs.get("repeat", 1)):
        ev.budget.charge(len(made) * len(part))
        made = [(*done, one) for done in made for one in part]
    return made


def accumulate(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    """Running sums; by another function they are not known."""
    if len(args) != 1 or kwargs:
        return ev.unknown("itertools.accumulate by a function")
    made: list[Any] = []
    for one in iterate(ev, args[0]):
        made.append(one if not made else BINARY[ast.Add](ev, made[-1], one))
    return made
