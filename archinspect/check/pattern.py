"""`kind = "pattern"`: how a per-layer fact goes through the layers: period, phase, count, ratio."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from archinspect.check._engine import kind
from archinspect.check._judgement import Outcome, cannot_tell, holds_if
from archinspect.check._values import number
from archinspect.records import Json, same
from archinspect.records.vocabulary import FieldSpec

LONGEST_SHOWN = 12


@kind(
    "pattern",
    FieldSpec("repeats", "list", "the entries that repeat from layer 0; the last round may be cut short"),
    FieldSpec("entries", "list", "the different entries that occur, leaving out null, in any order"),
    FieldSpec(
        "match", "any", "the entry that period, phase, count and ratio are about; not null when absent"
    ),
    FieldSpec("period", "count", "matching layers come every so many layers, and nowhere else"),
    FieldSpec("phase", "count", "0-based index of the first matching layer; 0 when absent"),
    FieldSpec("count", "count", "how many layers match"),
    FieldSpec("ratio", "pair", "matching to other layers over the whole model: [5, 1]"),
    FieldSpec("layers", "fact", "for a fact that lists indices: the number of layers"),
    one_of=("repeats", "entries", "period", "count", "ratio"),
    needs=(("phase", None, "period"),),
)
def pattern(observed: Json, params: Mapping[str, Json]) -> Outcome:
    """The fact, layer by layer, has every property that is given."""
    layers = _per_layer(observed, params)
    if layers is None:
        return cannot_tell(f"the value found, {observed!r:.80}, is not a list with an entry per layer")
    wanted = params.get("match")
    matching = [
        index
        for index, entry in enumerate(layers)
        if (entry is not None if wanted is None else same(entry, wanted))
    ]
    failed = [
        name for name, holds in _PROPERTIES.items() if name in params and not holds(layers, matching, params)
    ]
    return holds_if(not failed, _shown(layers), f"does not hold: {', '.join(failed)}" if failed else None)


def _per_layer(observed: Json, params: Mapping[str, Json]) -> list[Json] | None:
    if not isinstance(observed, list):
        return None
    if "layers" not in params:
        return observed
    count = number(params["layers"])
    if not isinstance(count, int) or not 0 <= count <= 100_000:
        return None
    return [True if index in observed else None for index in range(count)]


def _repeats(layers: list[Json], matching: list[int], params: Mapping[str, Json]) -> bool:
    unit = params["repeats"]
    return bool(layers) and all(same(entry, unit[i % len(unit)]) for i, entry in enumerate(layers))


def _entries(layers: list[Json], matching: list[int], params: Mapping[str, Json]) -> bool:
    found, wanted = [entry for entry in layers if entry is not None], params["entries"]
    return (
        bool(found)
        and all(any(same(a, b) for b in wanted) for a in found)
        and all(any(same(a, b) for a in found) for b in wanted)
    )


def _period(layers: list[Json], matching: list[int], params: Mapping[str, Json]) -> bool:
    period = params["period"]
    return (
        period > 0 and bool(matching) and matching == list(range(params.get("phase", 0), len(layers), period))
    )


def _count(layers: list[Json], matching: list[int], params: Mapping[str, Json]) -> bool:
    return bool(len(matching) == params["count"])


def _ratio(layers: list[Json], matching: list[int], params: Mapping[str, Json]) -> bool:
    one, other = params["ratio"]
    return bool(len(matching) * other == (len(layers) - len(matching)) * one and matching)


_PROPERTIES: Mapping[str, Callable[[list[Json], list[int], Mapping[str, Json]], bool]] = {
    "repeats": _repeats,
    "entries": _entries,
    "period": _period,
    "count": _count,
    "ratio": _ratio,
}


def _shown(layers: list[Json]) -> Json:
    """The layers as runs when there are many: [entry, how often], so that a reader can take them in."""
    if len(layers) <= LONGEST_SHOWN:
        return layers
    runs: list[list[Json]] = []
    for entry in layers:
        if runs and same(runs[-1][0], entry):
            runs[-1][1] += 1
        else:
            runs.append([entry, 1])
    return runs if len(runs) <= LONGEST_SHOWN else {str(entry): layers.count(entry) for entry in layers}
