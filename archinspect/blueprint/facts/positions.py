"""How a model knows the positions of its tokens."""

from __future__ import annotations

from collections.abc import Mapping

from archinspect.blueprint.trace import Node

from .attention import Attention
from .rotation import Turn
from .unclear import UnclearError
from .view import View

_SPARE_ROWS = 8  # OPT and RoBERTa keep a few rows for padding


def position_scheme(view: View, found: Mapping[int, Attention], turns: Mapping[int, Turn | None]) -> str:
    """rope, rope+nope, learned ...; ``none`` only when nothing made of positions but the mask meets the
    tokens."""
    added = _added(view)
    turning = [one for one in turns.values() if one]
    if turning:
        if added:
            raise UnclearError("positions are added to the stream and rotated", added[1])
        return "rope" if len(turning) == len(turns) else "rope+nope"
    scored = _in_scores(view, found)
    if added and scored:
        raise UnclearError("positions are added to the stream and to the scores", added[1])
    if added:
        return added[0]
    if scored:
        raise UnclearError("something made of positions is added to the scores", scored)
    return "none"


def _added(view: View) -> tuple[str, str] | None:
    """(learned, line) when a look-up by position joins the stream before the first layer."""
    first = view.layers[0].call.inputs[0]
    tables = [
        view.nodes[one] for one in sorted(view.trace.upstream(first)) if view.nodes[one].op == "embedding"
    ]
    tables = [node for node in tables if not _of_tokens(view, node) and not _of_segments(view, node)]
    others = _other_positions(view, first)
    if len(tables) > 1 or others:
        raise UnclearError("what joins the stream before the first layer", others or tables[1].location)
    if not tables:
        return None
    if not _by_position(view, tables[0]):
        raise UnclearError(
            f"a table of {tables[0].meta.get('rows')} rows joins the stream", tables[0].location
        )
    table = view.nodes[tables[0].inputs[1]] if len(tables[0].inputs) > 1 else None
    stored = table is not None and table.op == "parameter" and table.meta.get("kind") == "parameter"
    if not stored or _filled(view, tables[0].call):
        raise UnclearError("a table of positions that may be computed", tables[0].location)
    return "learned", tables[0].location


def _by_position(view: View, node: Node) -> bool:
    """Whether a look-up's indices count the tokens, or its table has a row for each position."""
    counted = (view.nodes[one] for one in view.trace.upstream(node.inputs[0]) if view.kinds[one] == "fixed")
    if view.kinds[node.inputs[0]] == "fixed" and any(one.meta.get("function") == "arange" for one in counted):
        return True
    limit, rows = view.reading.config.get("max_position_embeddings"), node.meta.get("rows")
    return isinstance(limit, int) and isinstance(rows, int) and limit <= rows <= limit + _SPARE_ROWS


def _of_tokens(view: View, node: Node) -> bool:
    """Whether a look-up is the input embedding's."""
    names = {view.nodes[one].meta.get("name") for one in node.inputs if view.is_parameter(one)}
    return f"{view.reading.embedding_path}.weight" in names


def _of_segments(view: View, node: Node) -> bool:
    """Whether a look-up has as many rows as the config has segment types."""
    kinds = view.reading.config.get("type_vocab_size")
    return isinstance(kinds, int) and node.meta.get("rows") == kinds


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
        beside = view.nodes[one.scores].inputs if one.scores is not None else ()
        for node in beside:
            if view.kinds[node] == "fixed" and not _masklike(view, node):
                return view.nodes[one.scores or 0].location
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
    if one.shape in ((), (1,)) or (one.op == "constant" and isinstance(one.meta.get("value"), int | float)):
        return True
    ends = [view.nodes[source].op for source in view.trace.upstream(node) if not view.nodes[source].inputs]
    return bool(ends) and set(ends) <= {"mask"}
