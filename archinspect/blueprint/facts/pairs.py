"""A rotation written out for both parts of a head: ``a t - b u`` beside ``a u + b t``, joined."""

from __future__ import annotations

from archinspect.blueprint.trace import Node

from .view import View

Term = tuple[int, int, int]
"""Data, the table that it is multiplied with, and the sign before them."""


def by_pairs(view: View, join: Node) -> tuple[int, str, int] | None:
    """(dimensions, line, table of cosines) when a node joins the two turned parts of what was one; else
    None."""
    if join.op not in ("cat", "stack") or view.kinds[join.id] != "data" or len(join.inputs) != 2:
        return None
    first, second = (_terms(view, view.nodes[view.source(one)]) for one in join.inputs)
    if first is None or second is None or first.keys() != second.keys():
        return None
    for own, other in (list(first), list(first)[::-1]):
        plain, crossed = (first[own], second[other]), (first[other], second[own])
        alike = plain[0] == plain[1] and crossed[0][0] == crossed[1][0] != plain[0][0]
        if alike and plain[0][1] == 1 and crossed[0][1] == -crossed[1][1] and _before(view, own, other):
            widths = [view.width(own), view.width(other)]
            if widths[0] == widths[1] and widths[0]:
                return 2 * widths[0], join.location, plain[0][0]
    return None


def _terms(view: View, node: Node) -> dict[int, tuple[int, int]] | None:
    """Of a sum or difference of products of data with something fixed: by data, the table and the sign."""
    if node.op not in ("add", "sub") or len(node.inputs) != 2 or node.meta.get("alpha", 1) != 1:
        return None
    terms = [_product(view, one, 1) for one in node.inputs]
    found = {one[0]: (one[1], one[2]) for one in terms if one is not None}
    if len(found) != 2:
        return None
    if node.op == "sub":
        data, table, sign = terms[1]  # type: ignore[misc]
        found[data] = (table, -sign)
    return found


def _product(view: View, number: int, sign: int) -> Term | None:
    node = view.nodes[number]
    if node.op == "neg":
        return _product(view, node.inputs[0], -sign)
    data = [one for one in node.inputs if view.kinds[one] == "data"]
    fixed = [one for one in node.inputs if view.kinds[one] == "fixed"]
    if node.op != "mul" or len(data) != 1 or len(fixed) != 1:
        return None
    sides = []
    for one in (data[0], fixed[0]):
        while view.nodes[one].op == "neg":
            one, sign = view.nodes[one].inputs[0], -sign
        sides.append(one)
    return sides[0], sides[1], sign


def _before(view: View, own: int, other: int) -> bool:
    """Whether two operands are parts of one, this the one in front: that the cosines keep in its place."""
    left, right = view.nodes[view.source(own)], view.nodes[view.source(other)]
    if left.op != "getitem" or right.op != "getitem" or left.inputs[:1] != right.inputs[:1]:
        return False
    return _place(left) == 0 and _place(right) != 0


def _place(node: Node) -> object:
    """Where a part begins: of a piece its number, of a cut its start."""
    if "piece" in node.meta:
        return node.meta["piece"]
    last = str(node.meta.get("index")).rpartition(",")[2].partition(":")[0]
    return int(last or 0) if last.lstrip("-").isdigit() or not last else None
