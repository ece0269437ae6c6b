"""The angles that a declaration of rotary positions asks for: one per pair of dimensions, at position 1.

The formulas are those of the methods' authors; transformers spells their names and parameters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

Declaration = Mapping[str, Any]
Angles = list[float]


def kind_of(declared: Declaration) -> Any:
    """The name of the method, under its present or its former key."""
    return declared.get("rope_type", declared.get("type", "default"))


def plain(theta: float, dims: int) -> Angles:
    """theta^(-2 i / dims). An odd number of dimensions is one less than its pairs have."""
    return [float(theta ** (-2 * one / dims)) for one in range((dims + 1) // 2)]


def expected(declared: Declaration, dims: int, config: Mapping[str, Any]) -> Angles | None:
    """None for a method that is not known here, or that lacks a parameter."""
    method = _METHODS.get(str(kind_of(declared)))
    try:
        return method(declared, plain(float(declared["rope_theta"]), dims), config) if method else None
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None


def _unscaled(declared: Declaration, angles: Angles, config: Mapping[str, Any]) -> Angles:
    return angles


def _linear(declared: Declaration, angles: Angles, config: Mapping[str, Any]) -> Angles:
    return [one / declared["factor"] for one in angles]


def _by_dimension(declared: Declaration, angles: Angles, config: Mapping[str, Any]) -> Angles:
    """LongRoPE, within the length that was trained first."""
    return [one / factor for one, factor in zip(angles, declared["short_factor"], strict=True)]


def _in_part(declared: Declaration, angles: Angles, config: Mapping[str, Any]) -> Angles:
    """Only a share of the pairs turns, at the angles it has among all; the others stand still."""
    share, factor = declared.get("partial_rotary_factor", 1.0), declared.get("factor", 1.0)
    turning = int(share * len(angles))
    return [one / factor if number < turning else 0.0 for number, one in enumerate(angles)]


def _by_wavelength(declared: Declaration, angles: Angles, config: Mapping[str, Any]) -> Angles:
    """Llama 3.1: long waves divided by the factor, short ones kept, those between blended."""
    factor, trained = declared["factor"], declared["original_max_position_embeddings"]
    low, high = declared["low_freq_factor"], declared["high_freq_factor"]
    found = []
    for one in angles:
        turns = trained * one / (2 * math.pi)
        share = min(max((turns - low) / (high - low), 0.0), 1.0)
        found.append((1 - share) * one / factor + share * one)
    return found


def _yarn(declared: Declaration, angles: Angles, config: Mapping[str, Any]) -> Angles:
    """YaRN: dimensions that turn often are kept, those that turn seldom divided, a ramp between."""
    trained = declared.get("original_max_position_embeddings") or config["max_position_embeddings"]
    base, pairs = float(declared["rope_theta"]), len(angles)
    ends = []
    for name, usual in (("beta_fast", 32), ("beta_slow", 1)):
        turns = declared.get(name) or usual
        ends.append(pairs * math.log(trained / (turns * 2 * math.pi)) / math.log(base))
    if declared.get("truncate", True):
        ends = [math.floor(ends[0]), math.ceil(ends[1])]
    low, high = max(ends[0], 0), min(ends[1], 2 * pairs - 1)
    high = high + 0.001 if high == low else high
    found = []
    for number, one in enumerate(angles):
        share = min(max((number - low) / (high - low), 0.0), 1.0)
        found.append(one * (1 - share) + one / declared["factor"] * share)
    return found


_METHODS: dict[str, Callable[[Declaration, Angles, Mapping[str, Any]], Angles]] = {
    "default": _unscaled,
    "dynamic": _unscaled,
    "linear": _linear,
    "longrope": _by_dimension,
    "proportional": _in_part,
    "llama3": _by_wavelength,
    "yarn": _yarn,
}
