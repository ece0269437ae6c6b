"""Packed weights: what is stored against what it stands for.

A quantised checkpoint stores several weights in one element, and scales beside them. Which way they are
packed follows from the name, the dtype and the number of bits that `quantization_config` states.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

from archinspect.records import Json
from archinspect.records.tensors import Tensor, Weight

SIDE_TENSORS: Final = (
    ".scales", ".qzeros", ".g_idx", ".weight_scale", ".weight_scale_inv", ".weight_scale_2", ".input_scale",
    ".weight_shape", ".weight_zero_point", ".weight_g_idx", ".absmax", ".nested_absmax", ".quant_map",
    ".nested_quant_map", ".SCB", ".weight_format", ".k_scale", ".v_scale", ".activation_scale",
    ".weight_global_scale", ".input_global_scale",
)  # fmt: skip
"""What lies beside packed weights and is no parameter of the model."""
PACKED_SUFFIXES: Final = (".qweight", ".weight_packed", "_blocks")
ZERO_BIAS_METHODS: Final = ("gptq", "awq")
"""Tools of these methods write a bias of zeros where the model has none."""
BITNET_PER_BYTE: Final = 4
MXFP4_PER_BYTE: Final = 2


def unpack(tensors: Iterable[Tensor], quantization: Mapping[str, Json] | None) -> list[Weight]:
    """The model's parameters among the stored tensors, each under its unpacked name."""
    everything = list(tensors)
    names = {tensor.name for tensor in everything}
    side = quantization is not None or any(name.endswith(PACKED_SUFFIXES) for name in names)
    four_bit = {name.partition(".quant_state.")[0] for name in names if ".quant_state." in name}
    return [
        _weight(tensor, quantization or {}, four_bit)
        for tensor in everything
        if not (side and _is_side(tensor.name, names))
    ]


def method_of(quantization: Mapping[str, Json] | None) -> str | None:
    """The quantisation method as stated, in lower case."""
    method = (quantization or {}).get("quant_method")
    return method.lower() if isinstance(method, str) else None


def bits_of(quantization: Mapping[str, Json]) -> int | None:
    """Bits of one packed weight as stated; None when that is not stated in a known place."""
    places = [quantization.get("bits"), quantization.get("w_bit")]
    groups = quantization.get("config_groups")
    for group in groups.values() if isinstance(groups, dict) else ():
        weights = group.get("weights") if isinstance(group, dict) else None
        places.append(weights.get("num_bits") if isinstance(weights, dict) else None)
    return next((bits for bits in places if type(bits) is int and 1 <= bits <= 32), None)


def _is_side(name: str, names: set[str]) -> bool:
    if name.endswith("_scales"):
        return name.removesuffix("_scales") + "_blocks" in names
    return name.endswith(SIDE_TENSORS) or ".quant_state." in name


def _weight(tensor: Tensor, quantization: Mapping[str, Json], four_bit: set[str]) -> Weight:
    name, shape, dtype = tensor.name, tensor.shape, tensor.dtype
    for suffix in PACKED_SUFFIXES:
        if name.endswith(suffix):
            unpacked = name.removesuffix(suffix) + (".weight" if suffix.startswith(".") else "")
            wide = _unpacked_shape(suffix, shape, quantization)
            return Weight(unpacked, tensor, wide, None if wide is None else math.prod(wide))
    if shape is not None and dtype == "U8" and name.endswith(".weight"):
        if method_of(quantization) == "bitnet" and len(shape) == 2:
            wide = (shape[0] * BITNET_PER_BYTE, shape[1])
            return Weight(name, tensor, wide, math.prod(wide))
        if name in four_bit:
            return Weight(name, tensor, None, 2 * math.prod(shape))
        if quantization:
            return Weight(name, tensor, None, None)  # packed in a way that no row here describes
    return Weight(name, tensor, shape, tensor.elements)


def _unpacked_shape(
    suffix: str, shape: tuple[int, ...] | None, quantization: Mapping[str, Json]
) -> tuple[int, ...] | None:
    if shape is None:
        return None
    if suffix == "_blocks":  # MXFP4: (..., groups, 16 bytes of two weights)
        return (*shape[:-2], shape[-2] * shape[-1] * MXFP4_PER_BYTE) if len(shape) >= 3 else None
    bits = bits_of(quantization)
    if bits is None or len(shape) != 2:
        return None
    if suffix == ".weight_packed":  # compressed-tensors: (out, in / per word)
        return (shape[0], shape[1] * 32 // bits)
    if method_of(quantization) == "awq":  # (in, out / per word)
        return (shape[1] * 32 // bits, shape[0])
    return (shape[1], shape[0] * 32 // bits)  # GPTQ: (in / per word, out)
