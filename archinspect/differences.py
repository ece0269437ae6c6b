"""Facts, Facts -> differences. Unknown on either side is not a difference, and is said apart."""

from __future__ import annotations

from collections.abc import Mapping

from archinspect.records import Diff, Difference, ModelReport, same


def compare(left: ModelReport, right: ModelReport, families: Mapping[str, str]) -> Diff:
    """Compare two models fact by fact; `families` maps each fact to its family, for the grouping."""
    names = sorted(left.facts.keys() & right.facts.keys(), key=lambda name: (families.get(name, ""), name))
    pairs = [Difference(name, families.get(name, ""), left.facts[name], right.facts[name]) for name in names]
    known = [pair for pair in pairs if pair.left.known and pair.right.known]
    return Diff(
        left=left,
        right=right,
        differences=tuple(pair for pair in known if not same(pair.left.value, pair.right.value)),
        same=tuple(pair.name for pair in known if same(pair.left.value, pair.right.value)),
        incomparable=tuple(pair for pair in pairs if not (pair.left.known and pair.right.known)),
    )
