"""How a model knows the positions of its tokens."""

from __future__ import annotations

from collections.abc import Mapping

from .attention import Attention
from .rotation import Turn
from .unclear import Unclear
from .view import View


def position_scheme(view: View, found: Mapping[int, Attention], turns: Mapping[int, Turn | None]) -> str:
    """rope, rope+nope, learned ...; ``none`` only when nothing made of positions but the mask meets the tokens."""
    added = _added(view)
    turning = [one for one in turns.values() if one]
    if turning:
        if added:
            raise Unclear("positions are added to the stream and rotated", added[1])
        return "rope" if len(turning) == len(turns) else "rope+nope"
    scored = _in_scores(view, found)
    if added and scored:
        raise Unclear("positions are added to the stream and to the scores", added[1])
    if added:
        return added[0]
    if scored:
        raise Unclear("something made of positions is added to the scores", scored)
    return "none"


def _added(view: View) -> tuple[str, str] | None:
    """(learned, line) when a look-up by position joins the stream before the first layer."""
    first = view.layers[0].call.inputs[0]
    tables = []
    for one in sorted(view.trace.upstream(first)):
        node = view.nodes[one]
        if node.op == "embedding" and node.inputs and view.kinds[node.inputs[0]] == "fixed":
            tables.append(node)
    others = _other_positions(view, first)
    if len(tables) > 1 or others:
        raise Unclear("what joins the stream before the first layer", others or tables[1].location)
    if not tables:
        return None
    table = view.nodes[tables[0].inputs[1]] if len(tables[0].inputs) > 1 else None
    if (
        table is None
        or table.op != "parameter"
        or table.meta.get("kind") != "parameter"
        or _filled(view, tables[0].call)
    ):
        raise Unclear("a table of positions that may be computed", tables[0].location)
    return "learned", tables[0].location


def _filled(view: View, call: int) -> bool:
    """Whether the table's module is more than a plain nn.Embedding: its class may fill the weight."""
    return (
        view.trace.calls[call].class_name not in ("Embedding", "OPTLearnedPositionalEmbedding")
        and len(view.trace.calls[call].bases) > 3
    )


def _other_positions(view: View, first: int) -> str:
    """The line where something fixed of the sequence's length joins the stream."""
    for one in sorted(view.trace.upstream(first)):
        node = view.nodes[one]
        if node.op in ("add", "mul", "cat") and view.kinds[one] == "data":
            fixed = [source for source in node.inputs if view.kinds[source] == "fixed"]
            if any(_long(view, source) for source in fixed):
                return node.location
    return ""


def _long(view: View, node: int) -> bool:
    shape = view.nodes[node].shape
    return shape is None or len(shape) > 1


def _in_scores(view: View, found: Mapping[int, Attention]) -> str:
    """The line where something fixed, other than a mask, joins the scores."""
    for one in found.values():
        for node in one.before_softmax:
            if view.kinds[node] != "fixed" or view.nodes[node].op == "mask":
                continue
            joined = [
                reader
                for reader in view.trace.consumers(node)
                if reader in one.before_softmax and view.kinds[reader] == "data"
            ]
            if joined and not _masklike(view, node):
                return view.nodes[node].location
    return ""


def _masklike(view: View, node: int) -> bool:
    """Whether a fixed operand is a mask, or a single number."""
    one = view.nodes[node]
    if one.shape in ((), (1,)):
        return True
    ends = [view.nodes[source].op for source in view.trace.upstream(node) if not view.nodes[source].inputs]
    return bool(ends) and set(ends) <= {"mask"}
