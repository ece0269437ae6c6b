"""Heads, their width, the attention type and biases, from the projections and the shapes that meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .attention import Attention, heads_and_width
from .norms import Norm
from .unclear import UnclearError, agreed, known, unknown
from .view import View

Attentions = Mapping[int, Attention]
_REPEATS = frozenset(("expand", "repeat", "repeat_interleave"))


def head_facts(view: View, found: Attentions, norms: Mapping[int, Norm]) -> dict[str, Any]:
    """num_attention_heads, head_dim, num_key_value_heads, num_key_value_groups, attention_type,
    attention_bias, attention_sinks."""
    if not found:
        return {"attention_type": known("none", [layer.call.location for layer in view.layers])}
    questions: dict[str, Callable[[], Any]] = {
        "num_attention_heads": lambda: query_heads(view, found),
        "head_dim": lambda: head_dim(view, found),
        "num_key_value_heads": lambda: key_heads(view, found, norms),
        "num_key_value_groups": lambda: key_groups(view, found, norms),
        "attention_type": lambda: attention_type(view, found, norms),
        "attention_bias": lambda: attention_bias(view, found, norms),
        "attention_sinks": lambda: agreed((one.sinks for one in found.values()), "attention_sinks"),
    }
    facts: dict[str, Any] = {}
    where = [linear.location for one in found.values() for linear in (*one.q_linears, *one.k_linears)][:2]
    where += [one.location for one in found.values()]
    for name, question in questions.items():
        try:
            facts[name] = known(question(), where)
        except UnclearError as error:
            facts[name] = unknown(error)
    return facts


def key_groups(view: View, found: Attentions, norms: Mapping[int, Norm]) -> int:
    """Query heads per key head."""
    queries, keys = query_heads(view, found), key_heads(view, found, norms)
    if keys <= 0 or queries % keys:
        raise UnclearError(f"{queries} query heads over {keys} key heads")
    return queries // keys


def query_heads(view: View, found: Attentions) -> int:
    """Heads of the query, equal in all layers."""
    return int(agreed((heads_and_width(view, one.query)[0] for one in found.values()), "num_attention_heads"))


def head_dim(view: View, found: Attentions) -> int:
    """Width of a query head as it meets the keys."""
    return int(agreed((heads_and_width(view, one.query)[1] for one in found.values()), "head_dim"))


def is_latent(view: View, one: Attention, norms: Mapping[int, Norm]) -> bool:
    """Whether keys and values are made of a narrower, normed projection of the stream (MLA)."""
    if len(one.v_linears) != 1:
        return False
    source = one.v_linears[0]
    passed, before = view.to_linears(source.data)
    inside = set(view.layers[one.layer].nodes)
    narrow = [linear for linear in before if linear.node in inside and _beside(linear.weight, source.weight)]
    normed = any(one in norms for one in passed)
    return bool(narrow) and normed and len(before) == len(narrow)


def _beside(left: str | None, right: str | None) -> bool:
    """Whether two projections belong to the same module."""
    return left is not None and right is not None and left.split(".")[:-2] == right.split(".")[:-2]


def layer_key_heads(view: View, one: Attention) -> int:
    """Key heads as projected: the width of the key's projection, or the key's own shape where nothing
    repeats it."""
    _, width = heads_and_width(view, one.query)
    passed, _ = view.to_linears(one.key)
    if not any(view.nodes[node].op in _REPEATS for node in passed):
        return heads_and_width(view, one.key)[0]
    if len(one.k_linears) == 1 and len(one.v_linears) == 1:
        key, value = one.k_linears[0], one.v_linears[0]
        fused = one.q_linears and one.q_linears[0].node == key.node
        if key.node != value.node and not fused and key.out_features and key.out_features % width == 0:
            return key.out_features // width
        if key.node == value.node and not fused and key.out_features and key.out_features % (2 * width) == 0:
            return key.out_features // (2 * width)
        if fused and key.node == value.node and key.out_features and key.out_features % width == 0:
            rest = key.out_features // width - heads_and_width(view, one.query)[0]
            if rest > 0 and rest % 2 == 0:
                return rest // 2
    raise UnclearError("keys repeated after a projection whose parts cannot be told", one.location)


def key_heads(view: View, found: Attentions, norms: Mapping[int, Norm]) -> int:
    """Key and value heads, equal in all layers. Raises UnclearError for latent attention."""
    if any(is_latent(view, one, norms) for one in found.values()):
        raise UnclearError(
            "latent attention has no key heads of its own", next(iter(found.values())).location
        )
    return int(agreed((layer_key_heads(view, one) for one in found.values()), "num_key_value_heads"))


def attention_type(view: View, found: Attentions, norms: Mapping[int, Norm]) -> str:
    """MHA, GQA, MQA, MLA or mixed over the layers."""
    kinds = {_layer_type(view, one, norms) for one in found.values()}
    return kinds.pop() if len(kinds) == 1 else "mixed"


def _layer_type(view: View, one: Attention, norms: Mapping[int, Norm]) -> str:
    if is_latent(view, one, norms):
        return "MLA"
    heads, keys = heads_and_width(view, one.query)[0], layer_key_heads(view, one)
    return "MHA" if keys == heads else "MQA" if keys == 1 else "GQA"


def attention_bias(view: View, found: Attentions, norms: Mapping[int, Norm]) -> dict[str, bool]:
    """Whether each projection adds a bias, equal in all layers."""
    if any(is_latent(view, one, norms) for one in found.values()):
        raise UnclearError("latent attention projects in two steps", next(iter(found.values())).location)
    answer: dict[str, bool] = {}
    for name in "qkv":
        sides = [getattr(one, f"{name}_linears") for one in found.values()]
        if any(len(side) != 1 for side in sides):
            raise UnclearError(f"{name} is not made by one projection", next(iter(found.values())).location)
        answer[name] = bool(agreed((side[0].bias for side in sides), f"attention_bias.{name}"))
        if not answer[name]:
            _none_later(view, found, {"q": "query", "k": "key", "v": "value"}[name], norms)
    outs = [one.o_linear for one in found.values()]
    if any(one is None for one in outs):
        raise UnclearError("no projection after attention", next(iter(found.values())).location)
    answer["o"] = bool(agreed((one.bias for one in outs if one), "attention_bias.o"))
    return answer


def _none_later(view: View, found: Attentions, name: str, norms: Mapping[int, Norm]) -> None:
    """Raise UnclearError when a parameter joins a query, key or value after its projection, other than a
    norm's.
    """
    library = ("rms_norm", "layer_norm", "group_norm")
    normed = {view.nodes[one].call for one in norms if view.nodes[one].op not in library}
    for one in found.values():
        for passed in view.to_linears(getattr(one, name))[0]:
            node = view.nodes[passed]
            if (
                node.op in ("add", "sub")
                and node.call not in normed
                and any(map(view.is_parameter, node.inputs))
            ):
                raise UnclearError(f"a parameter is added to the {name} after its projection", node.location)
