"""torch's ``nn.MultiheadAttention``: its parameters, and its forward as the operations it is made of."""

from __future__ import annotations

from archinspect.blueprint.interp.values import ModuleObject, Raised, Tensor
from archinspect.hints import Any

from .layers import LINEAR, Signature, define, parameter
from .refusals import heads
from .tensors import emit, size

Args = list[Any]
Kwargs = dict[str, Any]
WHOLE = "multihead_attention"
"""The operation's name where it could not be taken apart."""
_ARGUMENTS = (
    "query", "key", "value", "key_padding_mask", "need_weights", "attn_mask", "average_attn_weights", "is_causal",  # noqa: E501
)  # fmt: skip


def _build(ev: Any, self_: ModuleObject, v: dict[str, Any]) -> None:
    wide = size(ev, v["embed_dim"])
    heads(ev, wide, size(ev, v["num_heads"]))
    keys, values = (wide if v[key] is None else size(ev, v[key]) for key in ("kdim", "vdim"))
    if keys == wide and values == wide:
        parameter(ev, self_, "in_proj_weight", (3 * wide if wide is not None else None, wide))
        for name in ("q_proj_weight", "k_proj_weight", "v_proj_weight"):
            parameter(ev, self_, name, None)
    else:
        for name, inside in (("q", wide), ("k", keys), ("v", values)):
            parameter(ev, self_, f"{name}_proj_weight", (wide, inside))
        parameter(ev, self_, "in_proj_weight", None)
    parameter(
        ev, self_, "in_proj_bias", (3 * wide if wide is not None else None,) if ev.truth(v["bias"]) else None
    )
    self_.children["out_proj"] = ev.instantiate(LINEAR, [wide, wide], {"bias": v["bias"]})
    for name in ("bias_k", "bias_v"):
        parameter(ev, self_, name, (1, 1, wide) if ev.truth(v["add_bias_kv"]) else None)


def _run(ev: Any, self_: ModuleObject, args: Args, kwargs: Kwargs) -> Any:
    given = {"need_weights": True, "is_causal": False, **dict(zip(_ARGUMENTS, args, strict=False)), **kwargs}
    weights = None if given["need_weights"] is False else ev.unknown("attention weights")
    mixed = _mixed(ev, self_, given)
    if mixed is None:
        operands = [one for one in (*args, *kwargs.values()) if isinstance(one, Tensor)]
        mixed = emit(ev, WHOLE, operands, getattr(given.get("query"), "shape", None))
    return mixed, weights


def _mixed(ev: Any, self_: ModuleObject, given: dict[str, Any]) -> Any:
    """Queries meet keys as in any other attention; None for what has no such form here."""
    inputs: list[Any] = [given.get(name) for name in ("query", "key", "value")]
    first, more = ev.truth(self_.attrs.get("batch_first")), ("add_bias_kv", "add_zero_attn")
    plain = all(ev.truth(self_.attrs.get(name)) is False for name in more)
    if first is None or not plain or not all(_sized(one) for one in inputs):
        return None
    if not first:
        swapped = {id(one): _call(ev, "transpose", one, 0, 1) for one in inputs}
        inputs = [swapped[id(one)] for one in inputs]
    count, wide = (size(ev, self_.attrs.get(name)) for name in ("num_heads", "embed_dim"))
    if not count or not wide:
        return None
    asked = {"is_causal": True} if _told_causal(ev, given) else _mask(ev, given, count, inputs[1].shape)
    if asked is None:
        return None
    parts = []
    for one in _projected(ev, self_, inputs):
        length, batch = one.shape[1], one.shape[0]
        split = _call(ev, "view", one, batch, length, count, wide // count)
        parts.append(_call(ev, "transpose", split, 1, 2))
    mixed = _call(ev, "transpose", _call(ev, "scaled_dot_product_attention", *parts, **asked), 1, 2)
    joined = _call(ev, "reshape", mixed, *inputs[0].shape[:2], wide)
    out: Any = self_.children["out_proj"]
    made = _call(ev, "linear", joined, out.params["weight"], out.params["bias"])
    return made if first else _call(ev, "transpose", made, 0, 1)


def _call(ev: Any, op: str, *args: Any, **kwargs: Any) -> Any:
    return ev.tensor_operation(op, list(args), kwargs)


def _sized(value: Any) -> bool:
    """Whether a value is a batch of sequences whose lengths are known."""
    return (
        isinstance(value, Tensor)
        and value.shape is not None
        and None not in value.shape[:2]
        and len(value.shape) == 3
    )


def _projected(ev: Any, self_: ModuleObject, inputs: list[Any]) -> list[Any]:
    """Queries, keys and values: of one product where all are made of the same, as torch does it."""
    whole, bias = self_.params.get("in_proj_weight"), self_.params.get("in_proj_bias")
    if whole is not None and inputs[0] is inputs[1] is inputs[2]:
        return list(_call(ev, "chunk", _call(ev, "linear", inputs[0], whole, bias), 3, -1))
    weights = [self_.params.get(f"{name}_proj_weight") for name in "qkv"]
    weights = weights if whole is None else _call(ev, "chunk", whole, 3, 0)
    biases = [None] * 3 if bias is None else _call(ev, "chunk", bias, 3, 0)
    return [_call(ev, "linear", *one) for one in zip(inputs, weights, biases, strict=True)]


def _told_causal(ev: Any, given: dict[str, Any]) -> bool:
    """Whether the mask's place is taken by the word that it is causal."""
    if ev.truth(given["is_causal"]) is not True:
        return False
    if given.get("attn_mask") is None:
        raise Raised(ev.exception("RuntimeError", "Need attn_mask if specifying the is_causal hint."))
    return given.get("key_padding_mask") is None and given["need_weights"] is False


def _mask(ev: Any, given: dict[str, Any], count: int, keys: Any) -> Kwargs | None:
    """The mask as ``scaled_dot_product_attention`` takes it: there true is what is seen, here what is not."""
    masks = []
    for name in ("attn_mask", "key_padding_mask"):
        one: Any = given.get(name)
        if one is None:
            continue
        if not isinstance(one, Tensor) or one.shape is None:
            return None
        if one.dtype == "torch.bool":
            one = _call(ev, "logical_not", one)
        if name == "key_padding_mask":
            one = _call(ev, "view", one, keys[0], 1, 1, keys[1])
        elif len(one.shape) == 3:
            one = _call(ev, "view", one, keys[0], count, *one.shape[1:])
        masks.append(one)
    if len(masks) < 2:
        return {"attn_mask": masks[0]} if masks else {}
    if any(one.dtype != "torch.bool" for one in masks):
        return None
    return {"attn_mask": _call(ev, "logical_and", *masks)}


_SIGNATURE: Signature = (
    ("embed_dim", None), ("num_heads", None), ("dropout", 0.0), ("bias", True), ("add_bias_kv", False), ("add_zero_attn", False),  # noqa: E501
    ("kdim", None), ("vdim", None), ("batch_first", False),
)  # fmt: skip
define("MultiheadAttention", _SIGNATURE, _build, _run)
