"""Operations through which one token's content reaches another's, and what is known to have none of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from archinspect.blueprint.library.more_layers import ATTENTIONLESS
from archinspect.blueprint.library.operations import is_operation
from archinspect.blueprint.trace import BATCH, SEQUENCE, Node

from .attention import is_attention, is_mix
from .layers import Layer
from .unclear import UnclearError
from .view import PASSING, View

RECURRENT = frozenset(("lstm", "gru", "rnn"))
_RECORDED = frozenset(
    (
        "input", "parameter", "constant", "mask", "select", "getitem", "setitem", "activation", "attention",
        "sdpa", "conv", "clamp", "real", "imag",
    )
)  # fmt: skip
_ATTENDING = frozenset(("attention", "sdpa", "scaled_dot_product_attention"))
_ALONG = frozenset(
    (
        "attention", "sdpa", "cumsum", "cumprod", "cummax", "cummin", "logcumsumexp", "roll", "unfold",
        "flip", "rot90", "pad", "setitem", "instance_norm", "diag", "diagonal", "diag_embed", "solve",
        "solve_triangular", "outer", "ger", "dot", "mv",
    )
)  # fmt: skip
_PICKING = frozenset(
    (
        "gather", "index_select", "take_along_dim", "index_add", "index_copy", "index_fill", "index_put",
        "scatter", "scatter_add", "scatter_reduce", "masked_scatter", "masked_select", "sort", "argsort",
        "kthvalue", "bucketize", "searchsorted",
    )
)  # fmt: skip
_RESHAPING = frozenset(("transpose", "permute", "movedim", "moveaxis", "swapaxes", "swapdims", "t"))
_REPEATING = frozenset(("repeat", "repeat_interleave", "tile", "expand", "broadcast_to", "expand_as"))
_ROUTING = frozenset(("topk", "argmax"))
_TOKENS = (SEQUENCE, BATCH * SEQUENCE)


def no_attention_beside(view: View, found: Collection[int]) -> None:
    """Raise UnclearError where softmax attention may run in a layer other than those, or, when there are
    none, anywhere."""
    without = [layer for layer in view.layers if layer.number not in found]
    nodes = view.nodes if not found else [view.nodes[one] for layer in without for one in layer.nodes]
    for node in nodes:
        followed(node)
        if view.kinds[node.id] != "data":
            continue
        if node.op in _ATTENDING or is_attention(view, node):
            raise UnclearError("softmax attention outside of the layers", node.location)
        if node.op == "exp" and any(is_mix(view, view.nodes[one]) for one in _sources(view, node)):
            raise UnclearError("an exponential of products of data, as attention makes them", node.location)
    for layer in without:
        connected(view, layer)


def _sources(view: View, node: Node) -> list[int]:
    return view.back(node.id, lambda one: one.id in view.linears or is_mix(view, one))[1]


def followed(node: Node) -> None:
    """Raise UnclearError for an operation that no table knows, or one of operands that are not known."""
    if not (node.op in _RECORDED or node.op in ATTENTIONLESS or is_operation(node.op)):
        raise UnclearError(f"{node.op}, which is not known", node.location)
    lost = node.meta.get("unknown") or any(
        isinstance(one, str) and one[:9] == "unknown: " for one in node.args
    )
    if lost and node.op not in PASSING:
        raise UnclearError(f"{node.op} of something that is not known", node.location)


def connected(view: View, layer: Layer) -> set[int]:
    """What the layer's stream is made of. Raises UnclearError where it was lost between entry and exit."""
    entries = set(layer.call.inputs)
    shapes = {view.nodes[one].shape for one in layer.call.inputs[:1]}
    exits = [one for one in layer.call.outputs if view.nodes[one].shape in shapes] or layer.call.outputs[:1]
    inside: set[int] = set()
    for one in exits:
        inside |= view.trace.upstream(one, stop=frozenset(entries))
    if not any(entries.intersection(view.nodes[one].inputs) for one in inside):
        raise UnclearError(f"the stream through {layer.call.path} was lost", layer.call.location)
    return inside.intersection(layer.nodes)


def crossings(view: View, layer: Layer) -> Iterator[Node]:
    """Operations of a layer's stream that carry content from token to token, as far as shapes tell. Raises
    UnclearError for those of which nothing is known."""
    routed: set[int] = set()
    for one in sorted(connected(view, layer)):
        node = view.nodes[one]
        followed(node)
        if view.kinds[one] != "data":
            continue
        if node.op in _ROUTING or not routed.isdisjoint(node.inputs):
            # Which expert a token goes to: tokens are picked, and put back where they were.
            routed.add(one)
        if _crosses(view, node, one in routed):
            yield node


def _crosses(view: View, node: Node, routed: bool) -> bool:
    if node.op in ATTENTIONLESS or node.op in _ALONG or is_mix(view, node):
        return True
    linear = view.linears.get(node.id)
    if linear is not None:
        return _sums_tokens(view, node, linear.data)
    if node.op == "conv":
        return True
    if routed:
        return False
    return node.op in _PICKING or _along_tokens(view, node) or _picks(view, node) or _loses(view, node)


def _sums_tokens(view: View, node: Node, data: int) -> bool:
    """Whether a product with a parameter sums over tokens."""
    shape = view.nodes[data].shape
    if node.op == "conv" or not shape:
        return False
    if node.op == "einsum":
        term, given = _terms(node, data)
        return term is None or any(
            size in _TOKENS and name not in given for name, size in zip(term, shape, strict=False)
        )
    right = node.op != "linear" and node.inputs[-1] == data
    return shape[-2 if right and len(shape) > 1 else -1] in _TOKENS


def _terms(node: Node, data: int) -> tuple[str | None, str]:
    """The letters of an einsum's operand that is data, and of its result; None where dots stand for some."""
    left, _, right = str(node.meta.get("equation", "")).replace(" ", "").partition("->")
    terms = left.split(",")
    if "." in left or len(terms) != len(node.inputs) or not right:
        return None, ""
    return terms[node.inputs.index(data)], right


def _along_tokens(view: View, node: Node) -> bool:
    """Whether a softmax or a norm runs over tokens."""
    shape = _known(view, node.inputs)
    if node.op == "group_norm":
        return shape is None or len(shape) != 2
    if node.op not in ("softmax", "log_softmax", "softmin", "normalize"):
        return False
    dim: Any = node.meta.get("dim", node.args[2] if len(node.args) > 2 else 1)
    if shape is None or not isinstance(dim, int) or not -len(shape) <= dim < len(shape):
        return True
    return shape[dim] in _TOKENS


def _picks(view: View, node: Node) -> bool:
    """Whether tokens are looked up by their positions."""
    return node.op == "getitem" and len(node.inputs) > 1 and view.kinds[node.inputs[0]] == "data"


def _loses(view: View, node: Node) -> bool:
    """Whether an operation takes tokens away or puts others beside them: a sum over them, a slice, a join."""
    if node.op in _RESHAPING or node.op in _REPEATING or node.shape is None:
        return False
    for source in node.inputs:
        before = view.nodes[source].shape
        if view.kinds[source] != "data" or before is None:
            continue
        if len(before) == len(node.shape) and node.op not in ("view", "reshape"):
            if any(old in _TOKENS and new != old for old, new in zip(before, node.shape, strict=True)):
                return True
        elif _count(node.shape) < _count(before):
            return True
    return False


def _count(shape: tuple[int | None, ...]) -> int:
    return sum(size in _TOKENS for size in shape)


def _known(view: View, inputs: tuple[int, ...]) -> tuple[int | None, ...] | None:
    return view.nodes[inputs[0]].shape if inputs else None
