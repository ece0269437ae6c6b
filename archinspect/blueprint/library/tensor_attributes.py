"""Attributes and methods of tensors that are not operations."""

from __future__ import annotations

from collections.abc import Callable

from archinspect.blueprint.interp.values import (
    External,
    Tensor,
)
from archinspect.hints import Any

from .modules import MODULE
from .outputs import DEVICE
from .tensors import alias, emit


def _shape(ev: Any, tensor: Tensor) -> Any:
    if tensor.shape is None:
        return ev.unknown("the shape of a tensor that is not known")
    return tuple(
        one if one is not None else ev.unknown("a size that depends on data") for one in tensor.shape
    )


def _size(ev: Any, tensor: Tensor, args: list[Any], kwargs: dict[str, Any]) -> Any:
    shape = _shape(ev, tensor)
    at = args[0] if args else kwargs.get("dim")
    return shape if at is None else ev.getitem(shape, at)


def _data(ev: Any, tensor: Tensor) -> Tensor:
    """The content: of a parameter in a constructor no parameter any more, what is written to it is shared."""
    return alias(tensor) if tensor.kind == "parameter" and ev.trace is None else tensor


def _dtype(ev: Any, tensor: Tensor) -> Any:
    return External(tensor.dtype or "torch.float32")


def _tolist(ev: Any, tensor: Tensor, args: list[Any], kwargs: dict[str, Any]) -> Any:
    return list(tensor.data) if isinstance(tensor.data, list) else ev.unknown("the content of a tensor")


ATTRIBUTES: dict[str, Callable[[Any, Tensor], Any]] = {
    "shape": _shape,
    "dtype": _dtype,
    "device": lambda ev, tensor: DEVICE,
    "ndim": lambda ev, tensor: (
        len(tensor.shape) if tensor.shape is not None else ev.unknown("the rank of a tensor")
    ),
    "data": _data,
    "T": lambda ev, tensor: ev.tensor_operation("transpose", [tensor, 0, 1], {}),
    "mT": lambda ev, tensor: ev.tensor_operation("transpose", [tensor, -2, -1], {}),
    "requires_grad": lambda ev, tensor: tensor.kind == "parameter",
    "is_cuda": lambda ev, tensor: False,
    "is_sparse": lambda ev, tensor: False,
    "is_leaf": lambda ev, tensor: True,
    "grad": lambda ev, tensor: None,
    "real": lambda ev, tensor: emit(ev, "real", [tensor], tensor.shape),
    "imag": lambda ev, tensor: emit(ev, "imag", [tensor], tensor.shape),
}
METHODS: dict[str, Callable[[Any, Tensor, list[Any], dict[str, Any]], Any]] = {
    "size": _size,
    "dim": lambda ev, tensor, args, kwargs: ATTRIBUTES["ndim"](ev, tensor),
    "numel": lambda ev, tensor, args, kwargs: ev.call(ev.getattr(_shape(ev, tensor), "numel"), [], {}),
    "tolist": _tolist,
    "is_contiguous": lambda ev, tensor, args, kwargs: True,
    "is_floating_point": lambda ev, tensor, args, kwargs: "float" in (tensor.dtype or "float"),
    "element_size": lambda ev, tensor, args, kwargs: 4,
    "get_device": lambda ev, tensor, args, kwargs: -1,
    "__getitem__": lambda ev, tensor, args, kwargs: ev.library.index(ev, tensor, args[0]),
    # The tensor itself, so that a parameter stays one.
    **dict.fromkeys(("requires_grad_", "share_memory_"), lambda ev, tensor, args, kwargs: tensor),
}
_ = MODULE
