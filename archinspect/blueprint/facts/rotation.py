"""Rotary positions: which layers rotate their queries, and how many dimensions of a head."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from archinspect.blueprint.trace import Node, Ref

from .attention import Attention, heads_and_width
from .pairs import by_pairs
from .unclear import UnclearError
from .view import View

_TRIG = frozenset(("cos", "sin", "polar"))


class Turn(Struct, frozen=True):
    """How a layer rotates its queries: ``dims`` of a head, the line where it does, the node of the cosines it
    uses, the stored ``tables`` these are made of."""

    dims: int
    location: str
    cosines: int
    tables: frozenset[str] = frozenset()


def turns_of(view: View, found: Mapping[int, Attention]) -> dict[int, Turn | None]:
    """By layer with attention: its rotation, None when it has none."""
    turns = {number: turn_of(view, one) for number, one in found.items()}
    if not any(turns.values()):
        _nothing_turns(view)
    return turns


def _nothing_turns(view: View) -> None:
    """Raise UnclearError when what mixes the tokens is no softmax attention and still meets cosines."""
    for layer in view.layers:
        for one in layer.nodes:
            if _tables(view, view.nodes[one]):
                where = view.nodes[one].location
                raise UnclearError("cosines of positions meet the tokens outside of attention", where)


def turn_of(view: View, one: Attention) -> Turn | None:
    """The rotation of a layer's queries. Raises UnclearError when positions meet them in another way."""
    passed, _ = view.to_linears(one.query)
    view.clear(passed)
    looked = [view.nodes[node] for node in passed if view.nodes[node].op == "embedding"]
    if looked:
        raise UnclearError("a look-up meets the queries", looked[0].location)
    meetings = [(view.nodes[node], table) for node in passed for table in _tables(view, view.nodes[node])]
    if not meetings:
        angles = [view.nodes[node] for node in passed if _turned_by_data(view, view.nodes[node])]
        if angles:
            raise UnclearError("a rotation by angles that depend on the tokens", angles[0].location)
        return _by_stored_table(view, passed)
    cosines = [(node, table) for node, table in meetings if _is_cosine(view, table)]
    operands = {_data_operand(view, node) for node, _ in cosines}
    if not cosines or None in operands:
        raise UnclearError("a rotation that is not a product with cosines", meetings[0][0].location)
    widths = {view.width(operand) for operand in operands if operand is not None}
    if len(widths) != 1 or None in widths:
        raise UnclearError("the width of a rotation", cosines[0][0].location)
    width = int(widths.pop() or 0)
    dims = width * (
        2
        if "polar" in _trig_of(view, cosines[0][1])
        else len({_part(view, one) for one in operands if one is not None})
    )
    _, head = heads_and_width(view, one.query)
    if dims > head or dims < 2:
        raise UnclearError(f"a rotation of {dims} of {head} dimensions", cosines[0][0].location)
    tables = [table for _, table in cosines]
    return Turn(dims, cosines[0][0].location, tables[0], _stored(view, tables))


def _turned_by_data(view: View, node: Node) -> bool:
    """Whether a node makes cosines of data, or picks from a fixed table by data."""
    kinds = [view.kinds[one] for one in node.inputs]
    picks = node.op in ("getitem", "index_select", "gather") and kinds[:1] == ["fixed"] and "data" in kinds
    return node.op in _TRIG or picks


def _stored(view: View, tables: list[int]) -> frozenset[str]:
    """Names of the buffers that tables are made of."""
    deep = {node for table in tables for node in view.trace.upstream(table)}
    return frozenset(
        str(view.nodes[one].meta.get("name")) for one in deep if view.nodes[one].op == "parameter"
    )


def _tables(view: View, node: Node) -> list[int]:
    """Operands of a product that are made of positions by cosine or sine."""
    if node.op not in ("mul", "matmul", "einsum", "addcmul") or view.kinds[node.id] != "data":
        return []
    return [one for one in node.inputs if view.kinds[one] == "fixed" and _trig_of(view, one)]


def _trig_of(view: View, node: int) -> set[str]:
    """The functions among cos, sin and polar that a table is made by (the outermost ones)."""
    seen, todo, found = {node}, [node], set()
    while todo:
        one = view.nodes[todo.pop()]
        if one.op in _TRIG:
            found.add(one.op)
            continue
        for source in one.inputs:
            if source not in seen:
                seen.add(source)
                todo.append(source)
    return found


def _is_cosine(view: View, table: int) -> bool:
    """Whether a table holds cosines. Where cosines and sines lie beside each other in one, its entry for the
    first position tells: a sine of nothing is 0.
    """
    made_by = _trig_of(view, table)
    if "sin" not in made_by or "cos" not in made_by:
        return "sin" not in made_by
    try:
        return view.numbers.at(Ref(table), (0,) * len(view.nodes[table].shape or ())) != 0
    except UnclearError:
        return False


def _data_operand(view: View, node: Node) -> int | None:
    operands = [one for one in node.inputs if view.kinds[one] == "data"]
    return operands[0] if len(operands) == 1 else None


def _part(view: View, node: int) -> str:
    """Which part of a head an operand is: its cut along the last dimension."""
    one = view.nodes[view.source(node)]
    return (
        str((one.meta.get("piece"), one.meta.get("slice"), one.meta.get("index")))
        if one.op == "getitem"
        else "whole"
    )


def _by_stored_table(view: View, passed: list[int]) -> Turn | None:
    """A rotation with a table that the constructor stored: x t + turned(x) u, where turned(x) exchanges
    halves and negates one, or both parts of x written out.

    Raises UnclearError when such a table meets the queries otherwise; None when none does.
    """
    met = [view.nodes[one] for one in passed if _meets_table(view, view.nodes[one])]
    if not met:
        return None
    for one in passed:
        node = view.nodes[one]
        turn = by_pairs(view, node)
        if turn is not None:
            return Turn(*turn)
        if node.op == "add" and view.kinds[one] == "data" and len(node.inputs) == 2:
            sides = [_scaled_by_table(view, source) for source in node.inputs]
            for plain, turned in (sides, sides[::-1]):
                if plain is not None and turned is not None and _exchanges(view, turned[0], plain[0]):
                    return Turn(view.width(plain[0]) or 0, node.location, plain[1])
    raise UnclearError("something made of positions meets the queries", met[0].location)


def _meets_table(view: View, node: Node) -> bool:
    """Whether a node brings the data together with something fixed that is wider than a factor."""
    if view.kinds[node.id] != "data" or node.op not in ("mul", "add", "sub", "matmul", "einsum", "addcmul"):
        return False
    return any(
        view.kinds[one] == "fixed" and view.width(one) != 1 and view.nodes[one].shape != ()
        for one in node.inputs
    )


def _scaled_by_table(view: View, node: int) -> tuple[int, int] | None:
    """The operands of a product of data with something fixed."""
    one = view.nodes[node]
    fixed = [source for source in one.inputs if view.kinds[source] == "fixed"]
    data = _data_operand(view, one)
    return (data, fixed[0]) if one.op == "mul" and len(fixed) == 1 and data is not None else None


def _exchanges(view: View, turned: int, plain: int) -> bool:
    """Whether one operand is the other with its parts exchanged and one negated."""
    passed, halted = view.back(turned, lambda node: node.id == plain)
    ops = [view.nodes[one].op for one in passed]
    return (
        halted == [plain]
        and ops.count("neg") == 1
        and ("cat" in ops or "stack" in ops)
        and view.width(turned) == view.width(plain)
    )


def rotary_dim(turns: Mapping[int, Turn | None]) -> int | None:
    """Dimensions that rotate, equal in all layers that rotate; None when none does."""
    dims = {turn.dims for turn in turns.values() if turn}
    if len(dims) > 1:
        raise UnclearError(f"rotary_dim differs between the layers: {sorted(dims)}")
    return dims.pop() if dims else None


def nope_layers(turns: Mapping[int, Turn | None]) -> list[int]:
    """Layers with attention and without rotation."""
    return sorted(number for number, turn in turns.items() if turn is None)
