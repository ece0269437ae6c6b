"""The decoder's layers in the trace: which list they are, and what a layer that runs several times does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from archinspect.blueprint.reading import ModuleView, Reading, around, elements_below, lists_of_layers
from archinspect.blueprint.records import CodeFact
from archinspect.blueprint.trace import ModuleCall, Node, Ref, Trace

from .unclear import UnclearError, unknown

Named = Callable[[int], tuple[str, Any]]


class Layer(Struct, frozen=True):
    """One call of a decoder layer, the first where it runs several times: its index, the call, the nodes made
    within, in order."""

    number: int
    call: ModuleCall
    nodes: tuple[int, ...]


def layers_of(reading: Reading, trace: Trace, kinds: Sequence[str]) -> list[Layer]:
    """The layers by index. Raises UnclearError when one is not called, or does not do the same every time."""
    path = layers_path(reading, trace)
    found: list[Layer] = []
    for child in _children(reading, trace, path):
        calls = trace.calls_at(child)
        first = _signature(trace, kinds, calls[0]) if len(calls) > 1 else None
        if not calls or any(_signature(trace, kinds, one) != first for one in calls[1:]):
            raise UnclearError(
                f"{child} is called {len(calls)} times",
                calls[0].location if calls else reading.modules[path].location,
            )
        nodes = tuple(node.id for node in trace.within(calls[0].id))
        found.append(Layer(len(found), calls[0], nodes))
    return found


def of_runs(reading: Reading, facts: Mapping[str, CodeFact]) -> dict[str, CodeFact]:
    """What is unknown where layers run several times: how many there are, what each of them is, what is
    cached.
    """
    trace = reading.trace
    try:
        path = layers_path(reading, trace) if trace else None
    except UnclearError:
        path = None
    if trace is None or path is None:
        return {}
    for child in reading.modules[path].children.values():
        calls = trace.calls_at(child)
        if len(calls) > 1:
            error = UnclearError(f"{child} is called {len(calls)} times", calls[0].location)
            listed = [name for name, one in facts.items() if isinstance(one.value, list) and one.value]
            return dict.fromkeys(["num_hidden_layers", "kv_cache_bytes", *listed], unknown(error))
    return {}


def layers_path(reading: Reading, trace: Trace) -> str:
    """The reading's own list of layers, else the outermost list of called modules that holds most parameters.
    Raises UnclearError when there is none.
    """
    stated, modules = reading.layers_path, reading.modules
    if stated is not None and stated in modules:
        return stated
    inside = f"{reading.text_path}." if reading.text_path else ""
    lists = lists_of_layers({path: one for path, one in modules.items() if path.startswith(inside)}, modules)
    ran = {call.path for call in trace.calls}
    called = {path: one for path, one in lists.items() if ran.issuperset(one.children.values())}
    members = {child for one in called.values() for child in one.children.values()}
    outer = [path for path in called if members.isdisjoint(around(path)[:-1])]
    if not outer:
        raise UnclearError("no list of decoder layers")
    return max(outer, key=lambda path: elements_below(reading.parameters, path))


def _children(reading: Reading, trace: Trace, path: str) -> list[str]:
    """The layers' paths; those of the lists beside it too where layers run several times: a core that is
    repeated has layers before and after it. In the order in which they run.
    """
    own = list(reading.modules[path].children.values())
    if not any(len(trace.calls_at(child)) > 1 for child in own):
        return own
    owner = reading.modules.get(path.rpartition(".")[0])
    beside = [reading.modules[one] for one in (owner.children.values() if owner and "." in path else ())]
    lists = [one for one in beside if one.path != path and _runs(reading, trace, one)]
    classes = {reading.modules[child].class_name for child in own}
    for one in lists:
        if not {reading.modules[child].class_name for child in one.children.values()} <= classes:
            raise UnclearError(f"layers of {path} run several times beside those of {one.path}", one.location)
    every = [*own, *(child for one in lists for child in one.children.values())]
    return sorted(every, key=lambda child: trace.calls_at(child)[0].id if trace.calls_at(child) else -1)


def _runs(reading: Reading, trace: Trace, one: ModuleView) -> bool:
    """Whether a module is a list of modules with parameters of which some are called."""
    listed = "ModuleList" in (one.class_name, *one.bases)
    return (
        listed
        and any(map(trace.calls_at, one.children.values()))
        and elements_below(reading.parameters, one.path) > 0
    )


def _signature(trace: Trace, kinds: Sequence[str], call: ModuleCall) -> list[Any]:
    """What a call computes from what it is given: two calls with equal ones do the same."""
    nodes = [node for node in trace.within(call.id) if node.op != "parameter"]
    place = {node.id: at for at, node in enumerate(nodes)}

    def named(one: int) -> tuple[str, Any]:
        if one in place:
            return "made", place[one]
        if kinds[one] == "data" and one in call.inputs:
            return "given", call.inputs.index(one)
        return "outside", one

    return [_described(trace, node, named) for node in nodes]


def _described(trace: Trace, node: Node, named: Named) -> tuple[Any, ...]:
    meta = {key: value for key, value in node.meta.items() if key != "tensors"}
    tensors = {key: named(one) for key, one in node.meta.get("tensors", {}).items()}
    region = named(node.region) if node.region is not None else None
    where = (trace.calls[node.call].path, node.location, node.params)
    return (
        node.op,
        node.shape,
        where,
        meta,
        tensors,
        region,
        _operands(node.args, named),
        _inputs(node, named),
    )


def _inputs(node: Node, named: Any) -> list[Any]:
    return [named(one) for one in node.inputs]


def _operands(value: Any, named: Named) -> Any:
    if isinstance(value, Ref):
        return named(value.node)
    return [_operands(one, named) for one in value] if isinstance(value, tuple) else value
