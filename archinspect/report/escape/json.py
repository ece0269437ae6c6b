"""For JSON that every parser reads: no NaN, no lone surrogates, ASCII only."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date
from typing import Any

SURROGATE = "\\ud"
"""How the escape of a surrogate begins, lone or one of a pair."""
MAX_BITS = 14_000
"""Python refuses to write an integer of more than 4,300 digits; so do many parsers to read it."""


def dumps(value: Any) -> str:
    """The value as indented JSON with sorted keys, ending in a line break.

    ASCII only, so that no terminal or runner acts on it. NaN and the infinities become strings: JSON
    has no such numbers.
    """
    from msgspec.json import format

    # Indented by msgspec: the standard library's own indenting is ten times slower.
    text = format(compact(value), indent=2)
    return text.replace("\x7f", "\\u007f").replace("##[", "#\\u0023[") + "\n"


def compact(value: Any) -> str:
    """The value as JSON on one line."""
    try:
        text = json.dumps(value, sort_keys=True, ensure_ascii=True, allow_nan=False)
    except (TypeError, ValueError):  # something that JSON cannot say
        text = SURROGATE
    if SURROGATE not in text:
        return text
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=True, allow_nan=False)


def plain(value: Any) -> Any:
    """The value with nothing in it that JSON cannot say."""
    match value:
        case None | bool():
            return value
        case str():
            return _paired(value)
        case int():
            return value if value.bit_length() <= MAX_BITS else _too_long(value)
        case float():
            return value if math.isfinite(value) else _not_finite(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {_paired(str(key)): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case set() | frozenset():
            return [plain(item) for item in sorted(value, key=str)]
    raise TypeError(f"{type(value).__name__} is not JSON")


def _paired(text: str) -> str:
    """Lone surrogates written out: they cannot be encoded."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def _not_finite(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _too_long(value: int) -> str:
    return f"{'-' if value < 0 else ''}(an integer of {value.bit_length()} bits)"
