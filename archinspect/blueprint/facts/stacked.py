"""Weights of several experts in one parameter: of three dimensions, or flat and seen as [experts, rows,
columns]."""

from __future__ import annotations

from archinspect.blueprint.reading import Reading
from archinspect.blueprint.trace import Node

_SEEN_AS = frozenset(("view", "reshape", "unflatten"))
_IN_PIECES = frozenset(("chunk", "split", "unbind", "tensor_split"))


def stacks(reading: Reading, nodes: list[Node], fed: frozenset[str]) -> dict[str, int]:
    """Stacked weights that meet data in a product: name to leading dimension."""
    named = ((name, one.shape) for name, one in reading.parameters.items() if name in fed)
    whole = {name: shape[0] for name, shape in named if shape and len(shape) == 3}
    return whole | {name: count for name, count in _flat_stacks(nodes).items() if name in fed}


def _flat_stacks(nodes: list[Node]) -> dict[str, int]:
    """Matrices that a view makes three-dimensional and an index picks from, by name with the number of
    slices; those seen in several ways are left out."""
    found: dict[str, int | None] = {}
    for node in nodes:
        if node.op == "getitem" and node.inputs:
            seen = _picked_from(nodes, node)
            name = _flat(nodes, seen) if seen is not None else None
            if seen is not None and seen.shape and name is not None:
                count = seen.shape[0]
                found[name] = count if found.get(name, count) == count else None
    return {name: count for name, count in found.items() if count is not None}


def _picked_from(nodes: list[Node], node: Node) -> Node | None:
    """What an index takes slices along the first of three dimensions from."""
    source = nodes[node.inputs[0]]
    if "piece" in node.meta:
        whole = nodes[source.inputs[0]] if source.op in _IN_PIECES and source.inputs else None
        if whole is None or whole.shape is None or source.meta.get("dim") not in (0, -len(whole.shape)):
            return None
        sizes = source.meta.get("sizes")
        source, single = whole, source.op == "unbind" or (sizes is not None and set(sizes) == {1})
    else:
        first = str(node.meta.get("index")).split(",")[0]
        single = first.isdigit() or first in ("tensor", "?")
    return source if single and len(source.shape or ()) == 3 else None


def _flat(nodes: list[Node], seen: Node) -> str | None:
    """The name of the parameter of two dimensions that is seen as three."""
    if seen.op not in _SEEN_AS or not seen.inputs:
        return None
    flat = nodes[seen.inputs[0]]
    if flat.op != "parameter" or flat.meta.get("kind") != "parameter" or len(flat.shape or ()) != 2:
        return None
    return str(flat.meta.get("name")) or None
