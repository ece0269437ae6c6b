"""Layer types and effective windows, from the masks that reach each attention."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archinspect.blueprint.trace import SEQUENCE

from .attention import Attention
from .mixers import mixer_type
from .reach import written_reach
from .unclear import UnclearError
from .view import View

_MANY = "several masks reach attention"


def window_of(view: View, one: Attention) -> tuple[str, int | None]:
    """(layer type, effective window) of a layer with softmax attention."""
    _same_at_any_length(view, one)
    masks = {(_kind(view, node), _window(view, node)) for node in masks_reaching(view, one)}
    written = written_reach(view, one)
    if not masks and (written.causal or _told_causal(view, one)):
        masks.add(("full", None))
    if len(masks) != 1:
        raise UnclearError(_MANY if masks else _unmasked(view, one), one.location)
    kind, window = masks.pop()
    if written.window is not None:
        if kind == "chunked":
            raise UnclearError("a window written out beside a chunked mask", one.location)
        kind, window = "sliding", min(written.window, window or written.window)
    limit = view.reading.config.get("max_position_embeddings")
    if kind == "full" or (isinstance(limit, int) and window is not None and window >= limit):
        return "full_attention", None
    return (f"{kind}_attention", window if kind == "sliding" else None)


def _same_at_any_length(view: View, one: Attention) -> None:
    """Raise UnclearError when a module around attention asks whether its input is longer than was traced, and
    than some length that is within the model's reach."""
    reach = view.reading.config.get("max_position_embeddings")
    around = {call.id for call in view.trace.ancestry(view.nodes[one.node].call)}
    around.difference_update(call.id for call in view.trace.ancestry(view.layers[one.layer].call.parent))
    for call, number, where in view.trace.limits:
        if call in around and not (isinstance(reach, int) and number >= reach):
            raise UnclearError(f"what attention does with more than {number} tokens", where)


def _told_causal(view: View, one: Attention) -> bool:
    """Whether torch's own attention is called as causal, without a mask beside it."""
    call = view.nodes[one.node]
    lengths = {(view.nodes[side].shape or ())[-2:-1] for side in (one.query, one.key)}
    told = call.op == "sdpa" and call.meta.get("is_causal") is True and "mask" not in call.meta
    return told and lengths == {(SEQUENCE,)}


def _unmasked(view: View, one: Attention) -> str:
    call = view.nodes[one.node]
    plain = call.op == "sdpa" and call.meta.get("is_causal") is False and "mask" not in call.meta
    return "attention without a mask" if plain else "no mask of a known builder reaches attention"


def masks_reaching(view: View, one: Attention) -> list[int]:
    """Mask builders that reach the scores. Raises UnclearError when a mask is joined with more columns."""
    seen = set(one.mask_paths)
    todo = list(seen)
    while todo:
        node = view.nodes[todo.pop()]
        # A mask may be the condition of a choice, whose content does not flow on.
        for source in node.inputs if node.op in ("where", "masked_fill") else view.flow(node):
            if source not in seen and view.kinds[source] == "fixed":
                seen.add(source)
                todo.append(source)
    for at in seen:
        node = view.nodes[at]
        if node.op in ("cat", "pad") and any(source in view.masked for source in node.inputs):
            raise UnclearError("a mask that is joined with more columns", node.location)
    return sorted(at for at in seen if view.nodes[at].op == "mask")


def _kind(view: View, node: int) -> str:
    kind = str(view.nodes[node].meta.get("kind"))
    if kind not in ("full", "sliding", "chunked"):
        raise UnclearError(f"a {kind} mask", view.nodes[node].location)
    return kind


def _window(view: View, node: int) -> int | None:
    one = view.nodes[node]
    window = one.meta.get("window")
    if one.meta.get("unknown") or (one.meta.get("kind") != "full" and not isinstance(window, int)):
        raise UnclearError("a window that is not known", one.location)
    return window if isinstance(window, int) else None


def sliding_windows(view: View, found: Mapping[int, Attention]) -> list[int | None]:
    """Per layer, the window in tokens or null; null for layers without softmax attention."""
    return [
        window_of(view, found[layer.number])[1] if layer.number in found else None for layer in view.layers
    ]


def layer_types(view: View, found: Mapping[int, Attention]) -> list[str]:
    """Per layer, what mixes its tokens."""
    types: list[Any] = []
    for layer in view.layers:
        one = found.get(layer.number)
        types.append(window_of(view, one)[0] if one else mixer_type(view, layer))
    return types
