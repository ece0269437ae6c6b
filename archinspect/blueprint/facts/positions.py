"""How a model knows the positions of its tokens."""

from __future__ import annotations

from collections.abc import Mapping

from archinspect.blueprint.trace import SEQUENCE, Node, Ref

from .attention import Attention
from .biases import score_bias
from .rotation import Turn
from .unclear import UnclearError, agreed
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
    known: dict[int, str | None] = {}
    scored = (
        agreed((score_bias(view, one, known) for one in found.values()), "position_scheme") if found else None
    )
    if added and scored:
        raise UnclearError("positions are added to the stream and to the scores", added[1])
    return added[0] if added else scored or "none"


def _added(view: View) -> tuple[str, str] | None:
    """(learned or sinusoidal, line) when something of each position joins the stream before the first
    layer."""
    first = view.layers[0].call.inputs[0]
    upstream = sorted(view.trace.upstream(first))
    found: dict[str, str] = {}
    for node in (view.nodes[one] for one in upstream):
        kind = _looked_up(view, node) if node.op == "embedding" else _joined(view, node)
        if kind is not None:
            found.setdefault(kind, node.location)
    if len(found) > 1:
        raise UnclearError("positions join the stream in several ways", next(iter(found.values())))
    return next(iter(found.items()), None)


def table_rows(view: View) -> int:
    """Rows of the one table that is looked up by positions and joins the stream before the first layer."""
    upstream = (view.nodes[one] for one in sorted(view.trace.upstream(view.layers[0].call.inputs[0])))
    rows = {node.meta.get("rows") for node in upstream if node.op == "embedding" and _counts(view, node)}
    if len(rows) != 1:
        raise UnclearError(f"{len(rows)} tables of positions join the stream")
    return int(rows.pop() or 0)


def _counts(view: View, node: Node) -> bool:
    """Whether a look-up's indices count the tokens: made of a range, or one more at each position (sums of a
    mask).
    """
    index = node.inputs[0]
    if view.kinds[index] != "fixed":
        return False
    counted = (view.nodes[one] for one in view.trace.upstream(index))
    return any(one.meta.get("function") == "arange" for one in counted) or _ascends(view, view.nodes[index])


def _ascends(view: View, index: Node) -> bool:
    shape = index.shape
    if not shape or None in shape or shape[-1] != SEQUENCE:
        return False
    lead = (0,) * (len(shape) - 1)
    try:
        rows = [view.numbers.at(Ref(index.id), (*lead, at)) for at in range(SEQUENCE)]
    except UnclearError:
        return False
    return all(row == rows[0] + at for at, row in enumerate(rows))


def _looked_up(view: View, node: Node) -> str | None:
    """What a look-up gives of each position; None when it is of tokens, or the same for all."""
    if _of_tokens(view, node) or _of_segments(view, node) or _same_row(view, node):
        return None
    if not _by_position(view, node):
        raise UnclearError(f"a table of {node.meta.get('rows')} rows joins the stream", node.location)
    table = view.nodes[node.inputs[1]] if len(node.inputs) > 1 else None
    if table is not None and table.op == "parameter" and table.meta.get("kind") == "parameter":
        if _filled(view, node.call) or table.id in view.trace.made:
            raise UnclearError("a table of positions that may be computed", node.location)
        return "learned"
    return by_rows(view, node.id)


def _same_row(view: View, node: Node) -> bool:
    """Whether every position looks up the same row."""
    index = view.nodes[node.inputs[0]]
    if view.kinds[index.id] != "fixed" or not index.shape or None in index.shape:
        return False
    lead = (0,) * (len(index.shape) - 1)
    try:
        rows = {view.numbers.at(Ref(index.id), (*lead, at)) for at in range(index.shape[-1] or 0)}
    except UnclearError:
        return False
    return len(rows) == 1 and index.shape[-1] == SEQUENCE


def _joined(view: View, node: Node) -> str | None:
    """What something fixed that an operation brings into the stream gives of each position."""
    if node.op not in ("add", "sub", "mul", "cat") or view.kinds[node.id] != "data":
        return None
    kinds = {
        by_rows(view, source)
        for source in node.inputs
        if view.kinds[source] == "fixed" and _long(view, source)
    }
    kinds.discard(None)
    return kinds.pop() if kinds else None


def by_rows(view: View, node: int) -> str | None:
    """``sinusoidal`` for a fixed table of sines and cosines, a row per position; None when all rows are
    alike. Raises UnclearError for any other table."""
    one = view.nodes[node]
    shape = one.shape
    if shape is None or None in shape or shape[-2:-1] not in ((SEQUENCE,), (1,)):
        raise UnclearError("something fixed joins the stream before the first layer", one.location)
    lead = (0,) * (len(shape) - 2)
    rows = [
        [view.numbers.at(Ref(node), (*lead, place, at)) for at in range(shape[-1] or 0)]
        for place in range(min(3, shape[-2] or 0))
    ]
    if all(row == rows[0] for row in rows):
        return None
    if all(_circular(row) for row in rows):
        return "sinusoidal"
    raise UnclearError("a table of positions that is not of sines and cosines", one.location)


def _circular(row: list[float]) -> bool:
    """Whether entries pair up to sines and cosines of the same angles: in halves or beside each other."""
    half = len(row) // 2
    ways = ((row[:half], row[half:]), (row[::2], row[1::2]))
    return len(row) % 2 == 0 and any(
        all(abs(a * a + b * b - 1) < 1e-6 for a, b in zip(left, right, strict=True)) for left, right in ways
    )


def _by_position(view: View, node: Node) -> bool:
    """Whether a look-up's indices count the tokens, or its table has a row for each position."""
    if _counts(view, node):
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
    """Whether the table's class does more than look rows up: a method of its own may fill the weight."""
    module = view.reading.modules.get(view.trace.calls[call].path)
    return module is None or not set(module.methods) <= {"__init__", "forward"}


def _long(view: View, node: int) -> bool:
    shape = view.nodes[node].shape
    return shape is None or len(shape) > 1
