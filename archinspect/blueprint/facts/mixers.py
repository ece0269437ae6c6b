"""What mixes the tokens of a layer without softmax attention."""

from __future__ import annotations

from archinspect.blueprint.trace import SEQUENCE, Node

from .crossings import RECURRENT, crossings
from .layers import Layer
from .unclear import UnclearError
from .view import View

_ATTENTION = ("full_attention", "sliding_attention", "chunked_attention")
_OLDER = {
    "linear_attention": "linear_attention",
    "attention": None,
    "mamba2": "mamba",
    "mamba1": "mamba",
    "m": "mamba",
}


def mixer_type(view: View, layer: Layer) -> str:
    """transformers' own name where the config gives one per layer, else what the operations show."""
    listed = view.reading.config.get("layer_types")
    if isinstance(listed, list) and len(listed) == len(view.layers):
        name = listed[layer.number]
        if isinstance(name, str) and name not in _ATTENTION:
            return _OLDER.get(name) or name
    return _shown(view, layer)


def _shown(view: View, layer: Layer) -> str:
    ops = {view.nodes[one].op for one in layer.nodes if view.kinds[one] == "data"}
    owned = {
        view.nodes[one].params[0]
        for one in layer.nodes
        if view.nodes[one].op == "parameter" and view.nodes[one].params
    }
    found = list(crossings(view, layer))
    if not found:
        return "moe" if "topk" in ops else "mlp"
    kinds = {node.op for node in found}
    if "conv" in ops and "exp" in ops and any(_decay(view, layer, name) for name in owned):
        return "mamba"
    if kinds == {"conv"} and not ops & {"exp", "cumsum"}:
        return "conv"
    if kinds <= RECURRENT and all(_over_tokens(view, node) for node in found):
        return "recurrent"
    first = next((node for node in found if node.op != "conv"), found[0])
    raise UnclearError(
        f"what mixes the tokens of a layer without softmax attention: {first.op}", first.location
    )


def _over_tokens(view: View, node: Node) -> bool:
    """Whether a recurrence steps from token to token."""
    shape, steps = view.nodes[node.inputs[0]].shape, node.meta.get("steps")
    return shape is not None and isinstance(steps, int) and shape[steps] == SEQUENCE


def _decay(view: View, layer: Layer, name: str) -> bool:
    """A parameter that is exponentiated as it stands: the decay of a state-space recurrence."""
    for one in layer.nodes:
        node = view.nodes[one]
        if node.op == "exp" and node.inputs and view.kinds[one] == "parameter":
            return name in {view.nodes[source].meta.get("name") for source in view.trace.upstream(one)}
    return False
