"""Small things that predicates share: numbers, units, parts of facts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from archinspect.records import Json, same

UNITS: Final = {"K": 1, "M": 2, "B": 3, "T": 4}
"""Powers of the convention's k: 1000 in counts of parameters, 1000 or 1024 in counts of tokens."""


def number(value: Json) -> float | int | None:
    """The value when it is a finite number, else None; a list of equal numbers is that number."""
    if isinstance(value, list) and value and all(same(item, value[0]) for item in value):
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if isinstance(value, int) or math.isfinite(value) else None


def scales(unit: str | None, k: int | str) -> list[float]:
    """What one `unit` may be worth: [1e9] for B with k = 1000, [1000, 1024] for K with k = "either"."""
    if unit is None:
        return [1.0]
    bases = (1000, 1024) if k == "either" else (int(k),)
    return [float(base ** UNITS[unit]) for base in bases]


def not_a_number(value: Json) -> str:
    """Why a value cannot be compared with a number."""
    return f"the value found, {value!r:.80}, is not one number"


def part_of(value: Json, part: str) -> Json:
    """A dotted part of a fact's value; None when there is no such part, as for a fact that is null."""
    if not part:
        return value
    if not isinstance(value, Mapping):
        return None
    head, _, rest = part.partition(".")
    if part in value:
        return value[part]
    return part_of(value.get(head), rest)
