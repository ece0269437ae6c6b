"""Feed-forwards: what lies between their up and down projections, evaluated on numbers."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from .evaluate import KEEPS
from .functions import NAMES
from .gates import evaluated
from .layers import Layer
from .norms import Norm
from .unclear import UnclearError, agreed
from .view import Linear, View

_POINTWISE = KEEPS | frozenset(
    [
        "mul",
        "add",
        "sub",
        "div",
        "neg",
        "pow",
        "square",
        "sqrt",
        "rsqrt",
        "exp",
        "expm1",
        "log",
        "log1p",
        "tanh",
        "erf",
        "abs",
        "activation",
        "clamp",
        "where",
        "gt",
        "ge",
        "lt",
        "le",
        "maximum",
        "minimum",
        "chunk",
        "split",
        "getitem",
        "mean",
        "parameter",
        "constant",
        "reciprocal",
        "unbind",
        "layer_norm",
        "rms_norm",
        "select",
        "softplus",
        "logaddexp",
    ]
)
_BENDS = frozenset(
    (
        "activation",
        "pow",
        "square",
        "exp",
        "tanh",
        "erf",
        "clamp",
        "where",
        "maximum",
        "minimum",
        "abs",
        "log",
    )
)


class FeedForward(Struct):
    """An up/down pair: ``ups`` reach ``down`` through point-wise operations only."""

    layer: int
    ups: tuple[Linear, ...]
    down: Linear
    passed: tuple[int, ...]
    normed: Norm | None
    activation: str | None = None
    gated: bool | None = None
    unclear: UnclearError | None = None


def feed_forwards_of(view: View, norms: Mapping[int, Norm]) -> dict[int, list[FeedForward]]:
    """By layer, every up/down pair that is not attention or another mixer."""
    known: dict[object, FeedForward] = {}
    return {layer.number: _of_layer(view, layer, norms, known) for layer in view.layers}


def _of_layer(
    view: View, layer: Layer, norms: Mapping[int, Norm], known: dict[object, FeedForward]
) -> list[FeedForward]:
    inside = set(layer.nodes)
    found = []
    for node in layer.nodes:
        down = view.linears.get(node)
        if down is None:
            continue
        passed, ups = _within(view, down.data, inside)
        if not 1 <= len(ups) <= 2 or any(up.node not in inside for up in ups) or not _pointwise(view, passed):
            continue
        normed = [norms[one] for one in passed if one in norms]
        source = _before_gain(view, normed[-1].source if normed else down.data)
        window = view.to_linears(source)[0]
        if any(view.nodes[one].op in _BENDS for one in window):
            pair = FeedForward(layer.number, tuple(ups), down, tuple(passed), normed[-1] if normed else None)
            _settle(view, pair, source, window, known)
            found.append(pair)
    return found


def _before_gain(view: View, node: int) -> int:
    """What a learned gain per channel is applied to: it could as well be a part of the down projection."""
    while True:
        one = view.nodes[view.source(node)]
        factors = [source for source in one.inputs if view.is_parameter(source)]
        if one.op != "mul" or len(one.inputs) != 2 or len(factors) != 1:
            return node
        if set((view.nodes[factors[0]].shape or (None,))[:-1]) - {1}:
            return node
        node = next(source for source in one.inputs if source not in factors)


def _within(view: View, node: int, inside: set[int]) -> tuple[list[int], list[Linear]]:
    """Upstream to the nearest projections of the layer; none when the walk leaves the layer."""
    passed, halted = view.back(
        node, lambda one: one.id in view.linears or (one.id not in inside and view.kinds[one.id] == "data")
    )
    ups = [view.linears[one] for one in halted if one in inside]
    return passed, ups if len(ups) == len(halted) else []


def _pointwise(view: View, passed: list[int]) -> bool:
    return all(view.kinds[one] != "data" or view.nodes[one].op in _POINTWISE for one in passed)


def _settle(
    view: View, pair: FeedForward, source: int, window: list[int], known: dict[object, FeedForward]
) -> None:
    """Fill in activation and gating, evaluated once for each form of feed-forward."""
    order = {node: at for at, node in enumerate(window)} | {
        up.node: -1 - at for at, up in enumerate(pair.ups)
    }
    key = tuple(
        (
            view.nodes[one].op,
            str(view.nodes[one].meta),
            view.nodes[one].shape,
            tuple(order.get(i) for i in view.nodes[one].inputs),
        )
        for one in window
    )
    if key not in known or not key:
        known[key] = pair
        try:
            pair.activation, pair.gated = evaluated(view, source, pair.ups, window)
        except UnclearError as error:
            pair.unclear = error
    same = known[key]
    pair.activation, pair.gated, pair.unclear = same.activation, same.gated, same.unclear


def of_stream(view: View, pairs: Mapping[int, list[FeedForward]]) -> list[FeedForward]:
    """The pairs that read and write the residual stream's width."""
    hidden = view.hidden
    found = [
        one
        for layer in pairs.values()
        for one in layer
        if one.ups[0].in_features == hidden == one.down.out_features
    ]
    if not found:
        raise UnclearError("no feed-forward of the residual stream's width")
    return found


def activation(view: View, pairs: Mapping[int, list[FeedForward]]) -> str:
    """The function that runs, equal in all feed-forwards."""
    found = of_stream(view, pairs)
    for one in found:
        if one.unclear is not None:
            raise one.unclear
    name = agreed((one.activation for one in found), "activation", found[0].down.location)
    return NAMES.get(str(name), str(name))


def gated(view: View, pairs: Mapping[int, list[FeedForward]]) -> bool:
    """Whether the activation multiplies a second projection, equal in all feed-forwards."""
    found = of_stream(view, pairs)
    for one in found:
        if one.unclear is not None:
            raise one.unclear
    return bool(agreed((one.gated for one in found), "ffn_gated", found[0].down.location))


def bias(view: View, pairs: Mapping[int, list[FeedForward]]) -> bool:
    """Whether the projections add a bias, equal in all of them."""
    found = of_stream(view, pairs)
    return bool(
        agreed(
            (linear.bias for one in found for linear in (*one.ups, one.down)),
            "mlp_bias",
            found[0].down.location,
        )
    )


def ffn_type(name: str, is_gated: bool) -> str:
    """SwiGLU, GeGLU ..., or MLP(<activation>)."""
    if not is_gated:
        return f"MLP({name})"
    names = {
        "silu": "SwiGLU",
        "relu": "ReGLU",
        "relu2": "ReLU2GLU",
        "gelu": "GeGLU",
        "gelu_tanh": "GeGLU",
        "quick_gelu": "GeGLU",
    }
    return names.get(name, f"GLU({name})")
