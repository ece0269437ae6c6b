"""The order in which a class's ancestors are asked (C3, https://www.python.org/download/releases/2.3/mro/)."""

from __future__ import annotations

from collections.abc import Iterator

from archinspect.hints import TYPE_CHECKING

if TYPE_CHECKING:
    from .values import ClassValue


def linearised(chains: list[list[ClassValue]]) -> Iterator[ClassValue]:
    """Several orders merged into one. Raises ValueError when they contradict each other."""
    chains = [chain for chain in chains if chain]
    while chains:
        for chain in chains:
            head = chain[0]
            if not any(head in other[1:] for other in chains):
                break
        else:
            raise ValueError("inconsistent class hierarchy")
        yield head
        chains = [kept for kept in ([one for one in chain if one is not head] for chain in chains) if kept]
