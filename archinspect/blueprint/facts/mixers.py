"""What mixes the tokens of a layer without softmax attention."""

from __future__ import annotations

from .attention import is_mix
from .unclear import UnclearError
from .view import Layer, View

_ATTENTION = ("full_attention", "sliding_attention", "chunked_attention")
_OLDER = {
    "linear_attention": "linear_attention",
    "attention": None,
    "mamba2": "mamba",
    "mamba1": "mamba",
    "m": "mamba",
}


_MIXING = frozenset(
    ("attention", "sdpa", "conv", "cumsum", "cumprod", "roll", "unfold", "flip", "pad", "setitem")
)


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
    decays = any(_decay(view, layer, name) for name in owned)
    convolves = "conv" in ops
    if not ops & _MIXING and not any(is_mix(view, view.nodes[one]) for one in layer.nodes):
        return "moe" if "topk" in ops else "mlp"
    if convolves and decays and "exp" in ops:
        return "mamba"
    if convolves and not ops & {"exp", "cumsum"}:
        return "conv"
    raise UnclearError("what mixes the tokens of a layer without softmax attention", layer.call.defined)


def _decay(view: View, layer: Layer, name: str) -> bool:
    """A parameter that is exponentiated as it stands: the decay of a state-space recurrence."""
    for one in layer.nodes:
        node = view.nodes[one]
        if node.op == "exp" and node.inputs and view.kinds[one] == "parameter":
            return name in {view.nodes[source].meta.get("name") for source in view.trace.upstream(one)}
    return False
