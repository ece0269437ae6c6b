"""Values as people read them: long lists folded, large numbers grouped. Escaping is the format's part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise

from archinspect.records import Json

MAX_LENGTH = 400
"""Characters of a value that a report for people shows; JSON has all of them."""
MANY = 8
"""Lists with more items are folded."""
GROUPED_FROM = 1_000_000
EXACT_BELOW = 1e15
MAX_BITS = 1_000
MANY_RUNS = 12
"""Lists that do not fold to fewer parts show their first and last."""
ENDS = 3


def shown(value: Json, limit: int = MAX_LENGTH) -> str:
    """One line for the value; None is `none`: a known absence."""
    text = _shown(value, limit)
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text):,} characters)"


def _shown(value: Json, limit: int) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case int():
            return _integer(value)
        case float():
            return _float(value)
        case str():
            return _string(value)
        case Mapping():
            return _pairs(value, limit)
        case list() | tuple():
            return _listed(value, limit)
    return str(value)


def _integer(value: int) -> str:
    if value.bit_length() > MAX_BITS:
        return f"an integer of {value.bit_length():,} bits"
    return f"{value:,}" if abs(value) >= GROUPED_FROM else str(value)


def _float(value: float) -> str:
    large = GROUPED_FROM <= abs(value) < EXACT_BELOW and value.is_integer()
    return f"{value:,.1f}" if large else str(value)


def _string(value: str) -> str:
    """As it is, or in quotes where it would read as something else."""
    ambiguous = value in ("", "none", "null", "true", "false") or value != value.strip()
    return f'"{value}"' if ambiguous or value[:1] in ("'", '"') or _numeric(value) else value


def _numeric(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _pairs(value: Mapping[str, Json], limit: int) -> str:
    if not value:
        return "{}"
    return ", ".join(f"{key}: {_member(item, limit)}" for key, item in value.items())


def _member(value: Json, limit: int) -> str:
    text = shown(value, limit)
    if isinstance(value, Mapping) and value:
        return f"{{{text}}}"
    return f"[{text}]" if isinstance(value, (list, tuple)) and value else text


def _listed(value: Sequence[Json], limit: int) -> str:
    if not value:
        return "[]"
    if len(value) > MANY and (steps := _steps(value)):
        return steps
    # A hostile list may have a million members; the text of so many would be cut anyway.
    items = [_member(item, limit) for item in value[: 4 * limit]]
    if len(items) <= MANY and len(set(items)) == len(items):
        return ", ".join(items)
    return fold(items) if len(items) == len(value) else _ends(items, len(value))


def fold(items: Sequence[str]) -> str:
    """Runs and repetitions: `(sliding x5, full) x5, sliding x4` for 34 entries of period 6."""
    runs = [(item, len(list(same))) for item, same in groupby(items)]
    parts = _folded(runs)
    return ", ".join(parts) if len(parts) <= MANY_RUNS else _ends(items, len(items))


def _ends(items: Sequence[str], length: int) -> str:
    last = f"{items[-1]} " if len(items) == length else ""
    return f"{', '.join(items[:ENDS])}, ... {last}({length:,} items)"


def _folded(runs: Sequence[tuple[str, int]]) -> list[str]:
    period = _period(runs)
    if period is None:
        return [_run(*run) for run in runs]
    repeated, times = runs[:period], len(runs) // period
    rest = [_run(*run) for run in runs[times * period :]]
    return [f"({', '.join(_run(*run) for run in repeated)}) x{times}", *rest]


def _run(item: str, count: int) -> str:
    return item if count == 1 else f"{item} x{count}"


def _period(runs: Sequence[tuple[str, int]]) -> int | None:
    """Length of the shortest repetition that all of the list consists of, but for a shorter rest."""
    for length in range(2, len(runs) // 2 + 1):
        whole = len(runs) // length * length
        if all(runs[index] == runs[index % length] for index in range(whole)):
            return length
    return None


def _steps(value: Sequence[Json]) -> str | None:
    """`3, 7, ... 35 (9)` for evenly spaced integers; None for anything else."""
    if not all(isinstance(item, int) and not isinstance(item, bool) for item in value):
        return None
    gaps = {later - earlier for earlier, later in pairwise(value)}
    if len(gaps) != 1 or 0 in gaps:
        return None
    return f"{value[0]}, {value[1]}, ... {value[-1]} ({len(value)})"
