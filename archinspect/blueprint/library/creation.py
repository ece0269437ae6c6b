"""Tensors made from sizes, numbers or other tensors."""

from __future__ import annotations

import math

from archinspect.blueprint.interp.values import External, Tensor, Unknown
from archinspect.hints import Any

from .refusals import possible
from .tensors import Rule, Shape, argument, dtype_name, emit, shape_of, sizes

_LISTED = 4096


def _value(one: Any) -> Any:
    return one if isinstance(one, int | float | str | None) else None


def _made(
    ev: Any, op: str, shape: Shape, args: list[Any], kwargs: dict[str, Any], value: Any = None, **more: Any
) -> Tensor:
    dtype = dtype_name(kwargs.get("dtype"))
    tensors = [one for one in args if isinstance(one, Tensor)]
    meta = {"function": op, "value": _value(value), **more}
    made = emit(ev, "constant", tensors, possible(ev, shape), dtype=dtype, meta=meta)
    if shape == () and isinstance(value, int | float):
        made.data = value
    return made


def sized(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``zeros``, ``ones``, ``empty``, ``randn`` ... of a size."""
    args = [one for one in args if not isinstance(one, External)]
    if "size" in kwargs:
        args = [kwargs["size"]]
    if op in _TYPED and len(args) == 1 and isinstance(args[0], list | Tensor):
        # ``torch.Tensor([...])`` is these numbers, ``torch.Tensor(2, 3)`` a tensor of that size.
        return tensor(ev, "tensor", args, {})
    given = args or [kwargs.get("size", ())]
    return _made(ev, op, sizes(ev, given), [], kwargs, {"zeros": 0, "ones": 1}.get(op))


def normal(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``torch.normal(mean, std, size)``, or ``x.normal_()``."""
    if args and isinstance(args[0], Tensor):
        return emit(ev, op, args[:1], args[0].shape, dtype=args[0].dtype)
    return sized(ev, op, [argument(args, kwargs, 2, "size")], {})


def full(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``full(size, value)``."""
    value = argument(args, kwargs, 1, "fill_value")
    made = _made(ev, op, sizes(ev, [argument(args, kwargs, 0, "size")]), [], kwargs, value)
    if kwargs.get("dtype") is None:
        made.dtype = {bool: "torch.bool", int: "torch.int64"}.get(type(value), made.dtype)
    return made


def like(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``zeros_like(x)`` ..."""
    first = argument(args, kwargs, 0, "input")
    if isinstance(first, Unknown):
        return first
    kwargs = {"dtype": External(first.dtype) if getattr(first, "dtype", None) else None, **kwargs}
    value = {"zeros_like": 0, "ones_like": 1}.get(op, argument(args, kwargs, 1, "fill_value"))
    return _made(ev, op, shape_of(first), [], kwargs, value)


def new(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``x.new_zeros(...)`` ..."""
    if op == "new_tensor":
        return tensor(ev, op, args[1:], kwargs)
    if op == "new_full":
        return full(ev, "full", args[1:], kwargs)
    return sized(ev, op[4:], args[1:], kwargs)


def arange(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``arange(start, end, step)``: a length when the ends are numbers."""
    ends = [one.data if isinstance(one, Tensor) else one for one in args if not isinstance(one, External)]
    if "end" in kwargs:
        ends = [kwargs.get("start", 0) if not ends else ends[0], kwargs["end"]]
    start, end, step = 0, None, kwargs.get("step", 1)
    if len(ends) == 1:
        end = ends[0]
    elif len(ends) >= 2:
        start, end = ends[0], ends[1]
        step = ends[2] if len(ends) > 2 else step
    if not all(isinstance(one, int | float) and math.isfinite(one) for one in (start, step)) or not step:
        return _made(ev, op, (None,), [], kwargs)
    count = None
    if isinstance(end, int | float) and math.isfinite(end):
        count = max(0, math.ceil((end - start) / step))
    made = _made(ev, op, (count,), [], kwargs, start=start, step=step)
    if count is not None and count <= _LISTED and type(start) is type(step) is int:
        made.data = [start + step * one for one in range(count)]
    return made


def linspace(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``linspace(start, end, steps)``: contents known when it is small, for rates spread over layers."""
    steps = argument(args, kwargs, 2, "steps")
    start, end = args[0] if args else 0, args[1] if len(args) > 1 else 0
    if (
        op != "linspace"
        or not isinstance(steps, int)
        or not 1 < steps < 10_000
        or not all(isinstance(one, int | float) for one in (start, end))
    ):
        return _made(ev, op, (steps if isinstance(steps, int) else None,), [], kwargs)
    step = (end - start) / (steps - 1)
    made = _made(ev, op, (steps,), [], kwargs, start=start, step=step)
    made.data = [start + step * one for one in range(steps)]
    return made


def tensor(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``tensor(data)``: the shape of nested lists, the value of a number."""
    data = argument(args, kwargs, 0, "data")
    if isinstance(data, Unknown):
        return data
    if isinstance(data, Tensor):
        return data if data.kind == "value" else ev.tensor_operation("detach", [data], {})
    shape, inner = [], data
    while isinstance(inner, list | tuple | range):
        shape.append(len(inner))
        if not inner or len(shape) > 16:
            break
        inner = inner[0]
    if isinstance(inner, Tensor) and inner.shape:
        shape.extend(inner.shape)  # type: ignore[arg-type]
    listed = _numbers(data) if len(shape) == 1 else None
    return _made(ev, op, tuple(shape), [], kwargs, data if not shape else None, entries=listed)


def _numbers(data: Any) -> tuple[float, ...] | None:
    """A list of numbers as far as all are known; None when one is not, or when there are very many."""
    known = len(data) <= _LISTED and all(type(one) in (int, float, bool) for one in data)
    return tuple(data) if known else None


def eye(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``eye(n, m)``."""
    shape = sizes(ev, args[:2])
    return _made(ev, op, shape * 2 if shape is not None and len(shape) == 1 else shape, [], kwargs)


def meshgrid(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """One grid per operand."""
    parts = list(args[0]) if len(args) == 1 and isinstance(args[0], list | tuple) else args
    lengths = [one.shape[0] if isinstance(one, Tensor) and one.shape else None for one in parts]
    if kwargs.get("indexing") == "xy" and len(lengths) > 1:
        lengths[0], lengths[1] = lengths[1], lengths[0]
    return tuple(emit(ev, op, [one], tuple(lengths)) for one in parts)


_TYPED = frozenset({"FloatTensor", "Tensor", "LongTensor", "IntTensor", "BoolTensor"})
_SIZED = (
    "zeros",
    "ones",
    "empty",
    "randn",
    "rand",
    "randperm",
    "FloatTensor",
    "Tensor",
    "LongTensor",
    "IntTensor",
    "BoolTensor",
)
RULES: dict[str, Rule] = {
    **dict.fromkeys(_SIZED, sized),
    "full": full,
    "normal": normal,
    **dict.fromkeys(("zeros_like", "ones_like", "empty_like", "full_like", "randn_like", "rand_like"), like),
    **dict.fromkeys(("new_zeros", "new_ones", "new_empty", "new_full", "new_tensor"), new),
    "arange": arange,
    **dict.fromkeys(("linspace", "logspace"), linspace),
    **dict.fromkeys(("tensor", "as_tensor", "from_numpy", "asarray"), tensor),
    "eye": eye,
    "meshgrid": meshgrid,
}
