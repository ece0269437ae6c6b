"""How much two vocabularies have in common: whether one model's tokens can be fed to another."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Overlap(Struct, frozen=True):
    """Tokens of two vocabularies, counted."""

    left: int
    right: int
    shared: int
    """Tokens that both have."""
    same_ids: int
    """Tokens that both have under the same id."""

    @property
    def interchangeable(self) -> bool:
        """Every token of the smaller vocabulary has the same id in the larger one."""
        return self.same_ids == min(self.left, self.right)


def overlap(left: Mapping[str, int], right: Mapping[str, int]) -> Overlap:
    """Compare two vocabularies, each a map from token to id (see `read_vocabulary`)."""
    shared = left.keys() & right.keys()
    same = sum(left[token] == right[token] for token in shared)
    return Overlap(len(left), len(right), len(shared), same)
