"""Routed experts: how many, how many each token meets, in which layers, how wide."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from archinspect.blueprint.trace import Node

from .choices import beside_attention, candidates, chooses, firsts
from .feed_forward import FeedForward
from .layers import Layer
from .unclear import UnclearError, agreed
from .view import View


class Routing(Struct, frozen=True):
    """One layer's routing."""

    experts: int
    per_token: int
    width: int
    location: str


def routings_of(view: View, pairs: Mapping[int, list[FeedForward]]) -> dict[int, Routing]:
    """By layer with routed experts. Raises UnclearError when a layer has experts whose routing cannot be
    read."""
    found = {}
    for layer in view.layers:
        mine = pairs.get(layer.number, [])
        counts = _counts(view, layer) if chooses(view, layer) else set()
        if counts:
            found[layer.number] = _routing(view, layer, counts, mine)
        else:
            _all_reached(view, layer)
            _none_hidden(view, layer, mine)
    return found


def _none_hidden(view: View, layer: Layer, pairs: list[FeedForward]) -> None:
    """Raise UnclearError when a layer without known experts picks by score or mixes several feed-forwards."""
    pick = beside_attention(view, layer)
    if pick is not None:
        raise UnclearError(f"what a layer picks by {pick.op} was not found", pick.location)
    sources: dict[tuple[str, int], str] = {}
    for pair in pairs:
        for call in view.trace.ancestry(view.nodes[pair.down.node].call):
            owner, _, name = call.path.rpartition(".")
            if owner not in view.lists or not name.isdigit() or not call.inputs:
                continue
            if sources.setdefault((owner, _drawn_from(view, call.inputs[0])), call.path) != call.path:
                raise UnclearError(f"several of {owner} run side by side", call.location)


def _drawn_from(view: View, node: int) -> int:
    """What a node is a part of: soft mixtures give each expert slots of its own."""
    node = view.source(node)
    while view.nodes[node].op == "getitem":
        node = view.source(view.nodes[node].inputs[0])
    return node


def _all_reached(view: View, layer: Layer) -> None:
    """Raise UnclearError when a layer holds modules in a list of which the forward reached none."""
    prefix = layer.call.path + "."
    for path, children in view.lists.items():
        if (
            path.startswith(prefix)
            and view.called.isdisjoint(children)
            and not _reached_elsewhere(view, path)
        ):
            raise UnclearError(f"the forward was not followed into {path}", layer.call.location)


def _reached_elsewhere(view: View, path: str) -> bool:
    """Whether a list belongs to a module that layers share, and was called under another of its names."""
    first = next(name for name in view.reading.parameters if name.startswith(f"{path}."))
    within = first[len(path) :]
    names = next((group for group in view.reading.tied if first in group), ())
    others = [name[: -len(within)] for name in names if name.endswith(within)]
    return any(not view.called.isdisjoint(view.lists.get(one, ())) for one in others)


def _counts(view: View, layer: Layer) -> set[int]:
    """Leading dimensions of stacked weights, and lengths of lists of modules, within a layer."""
    prefix = layer.call.path + "."
    stacked = {count for name, count in view.stacks.items() if name.startswith(prefix)}
    listed = {
        len(children)
        for path, children in view.lists.items()
        if path.startswith(prefix) and path in view.fed and len(children) > 1
    }
    return stacked | listed


def _routing(view: View, layer: Layer, counts: set[int], pairs: list[FeedForward]) -> Routing:
    fitting = _fitting(view, layer, counts)
    if len(fitting) != 1:
        raise UnclearError(f"the choice of experts ({len(fitting)} candidates)", _place(view, layer))
    (experts, per_token), top = fitting.popitem()
    routed = [one for one in pairs if belongs(view, one, experts)]
    widths = {one.down.in_features for one in routed}
    if len(widths) != 1 or not isinstance(per_token, int):
        raise UnclearError("the width of the experts", top.location)
    if per_token > experts:
        raise UnclearError(f"{per_token} of {experts} experts are picked", top.location)
    return Routing(experts, per_token, int(widths.pop() or 0), top.location)


def _fitting(view: View, layer: Layer, counts: set[int]) -> dict[tuple[int, int | None], Node]:
    """Choices among as many as there are experts, by (experts, chosen): those of several at once, else the
    only choice of one."""
    found: dict[tuple[int, int | None], Node] = {}
    tops = _tops(view, layer)
    for top in tops:
        among = candidates(view, top)
        if among in counts:
            found.setdefault((among, top.meta.get("k")), top)
    best = firsts(view, layer) if not found and all(candidates(view, one) is not None for one in tops) else []
    among = candidates(view, best[0]) if len(best) == 1 else None
    return {(among, 1): best[0]} if among in counts else found


def _tops(view: View, layer: Layer) -> list[Node]:
    return [view.nodes[one] for one in layer.nodes if view.nodes[one].op == "topk"]


def _place(view: View, layer: Layer) -> str:
    tops = _tops(view, layer)
    return tops[0].location if tops else layer.call.defined


def belongs(view: View, pair: FeedForward, experts: int) -> bool:
    """Whether a pair is one expert's: its weights are stacked, or sit in a list as long as there are
    experts."""
    name = pair.down.weight
    if name is None:
        return False
    if any(view.stacks.get(one.weight or "") == experts for one in (*pair.ups, pair.down)):
        return True
    parts = name.split(".")
    for at, part in enumerate(parts):
        owner = view.reading.modules.get(".".join(parts[:at]))
        if (
            part.isdigit()
            and owner is not None
            and len(owner.children) == experts
            and ".".join(parts[:at]) != view.layers_path
        ):
            return True
    return False


def num_experts(found: Mapping[int, Routing]) -> int | None:
    """Routed experts of a layer; None when dense."""
    return agreed((one.experts for one in found.values()), "num_experts") if found else None


def per_token(found: Mapping[int, Routing]) -> int | None:
    """Routed experts a token meets; None when dense."""
    return agreed((one.per_token for one in found.values()), "num_experts_per_token") if found else None


def width(found: Mapping[int, Routing]) -> int | None:
    """moe_intermediate_size; None when dense."""
    return agreed((one.width for one in found.values()), "moe_intermediate_size") if found else None
