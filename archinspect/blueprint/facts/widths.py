"""Widths of feed-forwards, shared experts, and the parameters a token meets."""

from __future__ import annotations

from collections.abc import Mapping

from . import output
from .experts import Routing, belongs
from .feed_forward import FeedForward
from .unclear import UnclearError
from .view import View


def intermediate_size(
    view: View, pairs: Mapping[int, list[FeedForward]], routed: Mapping[int, Routing]
) -> int | list[int]:
    """Width of the dense feed-forwards; a list, one entry per layer, when they differ."""
    hidden, widths = view.hidden, []
    for layer in view.layers:
        if layer.number in routed:
            continue
        mine = {
            one.down.in_features
            for one in pairs.get(layer.number, [])
            if one.ups[0].in_features == hidden == one.down.out_features
        }
        if len(mine) != 1 or None in mine:
            raise UnclearError(
                f"layer {layer.number} has {len(mine)} feed-forward widths", layer.call.defined
            )
        widths.append(int(mine.pop() or 0))
    if not widths:
        raise UnclearError("no dense feed-forward")
    if len(set(widths)) == 1:
        return widths[0]
    if routed:
        raise UnclearError("dense feed-forwards of several widths among routed ones")
    return widths


def shared_experts(
    view: View, pairs: Mapping[int, list[FeedForward]], routed: Mapping[int, Routing]
) -> int | None:
    """Experts that every token meets beside the routed ones; None when dense."""
    if not routed:
        return None
    counts = set()
    for number, routing in routed.items():
        always = [one for one in pairs[number] if not belongs(view, one, routing.experts)]
        widths = [one.down.in_features for one in always if one.ups[0].in_features == view.hidden]
        if any(width != routing.width for width in widths):
            raise UnclearError(
                f"always-on feed-forwards of width {widths} beside experts of {routing.width}",
                routing.location,
            )
        counts.add(len(widths))
    if len(counts) != 1:
        raise UnclearError("shared experts differ between the layers")
    return counts.pop()


def active_parameters(
    view: View, pairs: Mapping[int, list[FeedForward]], routed: Mapping[int, Routing]
) -> int | None:
    """Parameters a token meets: all but the experts it is not routed to; None when dense."""
    if not routed:
        return None
    reading = view.reading
    leaders = {name: group[0] for group in reading.tied for name in group}
    total = output.elements(reading, output.text_parameters(reading), leaders)
    idle = 0
    for number, routing in routed.items():
        mine = [one for one in pairs[number] if belongs(view, one, routing.experts)]
        stacks = {view.stacks.get(one.weight or "") for pair in mine for one in (*pair.ups, pair.down)}
        if not stacks <= {None, routing.experts}:
            raise UnclearError(f"stacks of {sorted(map(str, stacks))} experts", routing.location)
        names = _expert_parameters(view, number, mine, routing)
        size = output.elements(reading, names, leaders)
        if size % routing.experts:
            raise UnclearError("experts of unequal size", routing.location)
        idle += size // routing.experts * (routing.experts - routing.per_token)
    if not 0 <= idle <= total:
        raise UnclearError(f"{idle} of {total} parameters are idle", next(iter(routed.values())).location)
    return total - idle


def _expert_parameters(view: View, layer: int, pairs: list[FeedForward], routing: Routing) -> set[str]:
    """Every parameter of the routed experts: stacked ones beside each other, or all below their list."""
    inside = view.layers[layer].call.path + "."
    near = all((pair.down.weight or "").startswith(inside) for pair in pairs)
    # Experts are nearly always in their own layer: looking there alone keeps this linear in the layers.
    names = view.by_layer[layer] if near else list(view.reading.parameters)
    owners: set[str] = set()
    lists: set[str] = set()
    for pair in pairs:
        name = pair.down.weight or ""
        if name in view.stacks:
            owners.add(name.rpartition(".")[0])
        else:
            lists.add(_list_of(view, name, routing.experts))
    beside = [name for name in names if name.rpartition(".")[0] in owners]
    below = tuple(f"{path}." for path in lists)
    return _stacked(view, layer, beside, routing) | {name for name in names if name.startswith(below)}


def _stacked(view: View, layer: int, names: list[str], routing: Routing) -> set[str]:
    """Those of these parameters that have a part for each expert. The weight of the scores is not among
    them. Raises UnclearError where flat weights leave open what else is in parts."""
    shapes = {name: view.reading.parameters[name].shape or (0,) for name in names}
    inner = (view.linears.get(one) for one in view.layers[layer].nodes)
    scores = {one.weight for one in inner if one is not None and one.out_features == routing.experts}
    scores -= view.stacks.keys()
    found = {
        name
        for name, shape in shapes.items()
        if name not in scores and routing.experts in (shape[0], view.stacks.get(name))
    }
    flat = [name for name in found if len(shapes[name]) == 2 and name in view.stacks]
    others = sorted(shapes.keys() - found - scores)
    if flat and others:
        raise UnclearError(f"{others[0]} beside the experts' flat weights", routing.location)
    return found


def _list_of(view: View, name: str, experts: int) -> str:
    parts = name.split(".")
    for at in range(len(parts), 0, -1):
        path = ".".join(parts[:at])
        owner = view.reading.modules.get(path)
        if (
            owner is not None
            and len(owner.children) == experts
            and parts[at : at + 1]
            and parts[at].isdigit()
        ):
            return path
    raise UnclearError("the list of experts", "")
