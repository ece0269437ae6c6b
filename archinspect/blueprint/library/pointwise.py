"""Shape rules of point-wise operations, reductions and activations."""

from __future__ import annotations

import operator
from collections.abc import Callable

from archinspect.blueprint.interp.values import Builtin, External, Instance, Origin, Tensor, Unknown
from archinspect.hints import Any

from .operation_names import ACTIVATIONS, BINARY, CANONICAL, CASTS, COMPARISONS, PASS, REDUCTIONS, SAME
from .tensors import Rule, Shape, alias, argument, axis, broadcast, dtype_name, emit, shape_of

# Values that training starts from and that say nothing about the model.
_STARTING = frozenset(("zero", "fill", "uniform", "normal", "trunc_normal", "bernoulli", "exponential"))


_LARGE = 2**31
# Arithmetic on single positions, which lengths and branches are made of.
_COUNTED: dict[str, Callable[[int, int], Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
    "eq": operator.eq,
    "ne": operator.ne,
}


def _options(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in kwargs.items()
        if isinstance(value, int | float | str | type(None)) and key not in {"device", "out"}
    }


def same(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """The shape of the first operand (broadcast with a mask or bound where there is one)."""
    first = args[0] if args else kwargs.get("input")
    if not isinstance(first, Tensor):
        return first if isinstance(first, Unknown) else emit(ev, op, args, shape_of(first), kwargs=kwargs)
    meta = _options(kwargs)
    if op in {"softmax", "log_softmax"}:
        meta["dim"] = argument(args, kwargs, 1, "dim")
    dtype = "torch.bool" if op in COMPARISONS else dtype_name(kwargs.get("dtype")) or first.dtype
    if op in {"softmax", "log_softmax"}:
        dtype = dtype_name(kwargs.get("dtype")) or first.dtype
    return emit(ev, op, args, first.shape, kwargs=kwargs, dtype=dtype, meta=meta)


def clamped(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``clamp(x, min, max)``, ``clamp_min(x, min)``, ``clamp_max(x, max)``: bounds by their names."""
    bounds = {"clamp_min": ("min",), "clamp_max": ("max",)}.get(op, ("min", "max"))
    meta = {name: argument(args, kwargs, at, name) for at, name in enumerate(bounds, 1)}
    tensors = [one for one in meta.values() if isinstance(one, Tensor)]
    first = args[0]
    if not isinstance(first, Tensor):
        return first if isinstance(first, Unknown) else ev.unknown("clamp of something that is no tensor")
    shown = {name: one if isinstance(one, int | float | type(None)) else "?" for name, one in meta.items()}
    shape = broadcast([one.shape for one in (first, *tensors)])
    return emit(ev, "clamp", [first, *tensors], shape, dtype=first.dtype, meta=shown)


def pointwise(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """The broadcast of all operands."""
    values = [one for one in (*args, *(kwargs.get(key) for key in ("other", "input"))) if one is not None]
    lost = next((one for one in values if isinstance(one, Unknown)), None)
    if lost is not None:
        if not any(isinstance(one, Tensor) for one in values):
            return lost
        return emit(ev, op, args, None, kwargs=kwargs, meta={"unknown": True})
    if op == "where" and len(args) == 1:
        return emit(ev, "nonzero", args, (None, len(args[0].shape)) if args[0].shape is not None else None)
    shapes = [shape_of(one) for one in values if not isinstance(one, str | External)]
    dtype = "torch.bool" if op in COMPARISONS else _promoted(values)
    made = emit(ev, op, args, broadcast(shapes), kwargs=kwargs, dtype=dtype, meta=_options(kwargs))
    if made.shape == () and op in _COUNTED and len(values) == 2:
        numbers = [one.data if isinstance(one, Tensor) else one for one in values]
        if all(type(one) is int and abs(one) < _LARGE for one in numbers):
            made.data = _COUNTED[op](*numbers)
    return made


def _promoted(values: list[Any]) -> str | None:
    found = [one.dtype for one in values if isinstance(one, Tensor) and one.dtype is not None]
    floats = [one for one in found if "float" in one or "complex" in one]
    return floats[0] if floats else found[0] if found else None


def activation(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """A named non-linearity."""
    first = args[0] if args else kwargs.get("input")
    if isinstance(first, Unknown):
        return first
    shape = shape_of(first)
    name = op
    if op == "gelu" and (kwargs.get("approximate") == "tanh" or "tanh" in args[1:]):
        name = "gelu_pytorch_tanh"
    if op == "glu" and shape:
        at = axis(len(shape), argument(args, kwargs, 1, "dim", -1))
        if at is not None:
            half = shape[at]
            shape = (*shape[:at], half // 2 if half is not None else None, *shape[at + 1 :])
    meta = {"name": name, "from": "torch", **_options(kwargs)}
    return emit(ev, "activation", args, shape, kwargs=kwargs, dtype=getattr(first, "dtype", None), meta=meta)


def passed(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Casts, copies and dropout: the operand itself."""
    first = args[0] if args else kwargs.get("input")
    return alias(first) if isinstance(first, Tensor) and first.kind == "value" else _read(ev, first)


def _read(ev: Any, value: Any) -> Any:
    """A parameter that is cast or copied is no longer the parameter."""
    if not isinstance(value, Tensor):
        return value
    made = alias(value)
    if ev.trace is not None:
        made.node = ev.trace.node_of(ev, value)
    return made


def cast(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``x.to(...)``, ``x.float()``, ``x.type_as(y)``."""
    first = args[0]
    made = _read(ev, first)
    if isinstance(made, Tensor):
        if op in CASTS:
            made.dtype = CASTS[op]
        for one in (*args[1:], kwargs.get("dtype")):
            named = dtype_name(one) if not isinstance(one, Tensor) else one.dtype
            if named and "device" not in named:
                made.dtype = named
    return made


def reduction(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Over one, several or all dimensions."""
    first = args[0] if args else kwargs.get("input")
    if not isinstance(first, Tensor):
        return first if isinstance(first, Unknown) else ev.unknown(f"{op} of something that is not a tensor")
    position = 2 if op in {"norm", "vector_norm"} else 1
    dims = argument(args, kwargs, position, "dim", kwargs.get("axis"))
    if isinstance(dims, Tensor):
        return pointwise(ev, "maximum" if op == "max" else "minimum", args, kwargs)
    keep = (
        bool(argument(args, kwargs, position + 1, "keepdim", False))
        if not isinstance(dims, Unknown)
        else False
    )
    shape = _reduced(first.shape, dims, keep)
    dtype = "torch.bool" if op in COMPARISONS else "torch.int64" if op.startswith("arg") else first.dtype
    meta = {"dim": list(dims) if isinstance(dims, tuple | list) else dims, "keepdim": keep}
    meta = {key: value for key, value in meta.items() if not isinstance(value, Unknown)}
    if op in {"max", "min", "median"} and dims is not None:
        pair = emit(ev, op, args, shape, kwargs=kwargs, dtype=dtype, meta=meta)
        return pieces(ev, pair, [shape, shape], fields=("values", "indices"))
    return emit(ev, op, args, shape, kwargs=kwargs, dtype=dtype, meta=meta)


def _reduced(shape: Shape, dims: Any, keep: bool) -> Shape:
    if dims is None:
        return ()
    if shape is None:
        return None
    chosen = [axis(len(shape), one) for one in (dims if isinstance(dims, list | tuple) else [dims])]
    if None in chosen:
        return None
    if keep:
        return tuple(1 if at in chosen else one for at, one in enumerate(shape))
    return tuple(one for at, one in enumerate(shape) if at not in chosen)


def pieces(ev: Any, whole: Tensor, shapes: list[Shape], fields: tuple[str, ...] = ()) -> Any:
    """The outputs of a multi-output operation: each a ``getitem`` node on it."""
    parts = [
        emit(
            ev,
            "getitem",
            [whole, position],
            shape,
            dtype=whole.dtype,
            meta={"piece": position, "index": str(position)},
        )
        for position, shape in enumerate(shapes)
    ]
    if not fields:
        return tuple(parts)
    from .outputs import named_tuple

    return named_tuple(fields, parts)


def item(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``x.item()``: data, known only for small constants."""
    data = args[0].data if isinstance(args[0], Tensor) else args[0]
    return data if isinstance(data, int | float) else ev.unknown("a number that depends on data")


def in_place(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``x.add_(y)``: the result takes the place of the operand."""
    made = ev.tensor_operation(op, args, kwargs)
    first = args[0]
    if isinstance(first, Tensor) and isinstance(made, Tensor):
        if first.kind == "value":
            first.node, first.shape = made.node, made.shape or first.shape
        from .indexing import written

        written(ev, first)
        if first.kind == "parameter" and op not in _STARTING:
            first.origin = Origin("filled", [], {})
        return first
    return made


RULES: dict[str, Rule] = {
    **dict.fromkeys(SAME, same),
    **dict.fromkeys(BINARY, pointwise),
    **dict.fromkeys(ACTIVATIONS, activation),
    **dict.fromkeys(PASS, passed),
    **dict.fromkeys(REDUCTIONS, reduction),
    **dict.fromkeys(CASTS, cast),
    "to": cast,
    "type": cast,
    "type_as": cast,
    "item": item,
    **dict.fromkeys(("clamp", "clip", "clamp_min", "clamp_max"), clamped),
}
__all__ = ["ACTIVATIONS", "CANONICAL", "RULES", "Builtin", "Instance", "in_place", "pieces"]
