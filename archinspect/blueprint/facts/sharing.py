"""Which layer makes the keys and values that a layer attends to: layers may share those of another one."""

from __future__ import annotations

from collections.abc import Mapping

from .attention import Attention
from .unclear import UnclearError
from .view import View


def kv_makers(view: View, found: Mapping[int, Attention]) -> list[int | None]:
    """For each layer the number of the first one that attends to the same keys and values; None where there
    is no softmax attention.

    The same are those that come of the same run of the same projections: layers that share weights and run
    them on their own streams have keys and values of their own.
    """
    first: dict[frozenset[int], int] = {}
    makers: list[int | None] = [None] * len(view.layers)
    for number, one in sorted(found.items()):
        made_by = frozenset(linear.node for linear in (*one.k_linears, *one.v_linears))
        if not made_by:
            raise UnclearError("keys and values that no projection makes", one.location)
        makers[number] = first.setdefault(made_by, number)
    return makers
