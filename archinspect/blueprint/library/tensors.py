"""Making tensors of a known shape and recording how they were made; helpers for shape rules."""

from __future__ import annotations

from collections.abc import Callable

from archinspect.blueprint.interp.values import External, Instance, Origin, Raised, Tensor, Unknown
from archinspect.hints import Any

Size = int | None
Shape = tuple[Size, ...] | None
Rule = Callable[[Any, str, list[Any], dict[str, Any]], Any]
MAX_RANK = 32
_SHARING = frozenset(
    (
        "alias", "getitem", "view", "reshape", "transpose", "permute", "unsqueeze", "squeeze", "flatten",
        "unflatten", "expand", "chunk", "split", "unbind", "narrow", "select", "view_as_complex",
        "view_as_real", "diagonal", "movedim", "tensor_split", "split_with_sizes", "real", "imag",
    )
)  # fmt: skip


def emit(
    ev: Any,
    op: str,
    args: list[Any],
    shape: Shape,
    *,
    kwargs: dict[str, Any] | None = None,
    dtype: str | None = None,
    meta: dict[str, Any] | None = None,
    data: Any = None,
) -> Tensor:
    """The output tensor of an operation; a node of the trace when one is being made."""
    made = Tensor(shape, dtype=dtype, data=data)
    if ev.trace is not None:
        made.node = ev.trace.record(ev, op, args, kwargs or {}, shape, meta or {})
    else:
        made.origin = Origin(op, args, meta or {})
    return made


def changed(tensor: Tensor) -> None:
    """A tensor was changed in place: how it and all that it is a view of were made no longer tells their
    content."""
    todo = [tensor]
    while todo:
        one = todo.pop()
        origin, one.origin, one.data = one.origin, None, None
        if origin is not None and origin.op in _SHARING:
            todo += [source for source in origin.args[:1] if isinstance(source, Tensor)]


def alias(tensor: Tensor, *, dtype: str | None = None, shape: Shape = None) -> Tensor:
    """The same values under another tensor object: casts and copies."""
    made = Tensor(
        tensor.shape if shape is None else shape,
        dtype=dtype or tensor.dtype,
        node=tensor.node,
        data=tensor.data,
    )
    if tensor.node is None:
        made.location = tensor.location
        made.origin = Origin("alias", [tensor], {}) if tensor.origin is not None else None
    return made


def broadcast(shapes: list[Shape]) -> Shape:
    """The broadcast of several shapes; None when any rank is unknown or they do not fit."""
    rank = 0
    for shape in shapes:
        if shape is None:
            return None
        rank = max(rank, len(shape))
    made: list[Size] = []
    for position in range(1, rank + 1):
        size: Size = 1
        for shape in shapes:
            assert shape is not None
            if position > len(shape):
                continue
            one = shape[-position]
            if one == 1:
                continue
            if size == 1:
                size = one
            elif one is None or size is None:
                size = size if one is None else one
            elif one != size:
                return None
        made.append(size)
    return tuple(reversed(made))


def shape_of(value: Any) -> Shape:
    """A tensor's shape; a number's is ``()``; unknown otherwise."""
    if isinstance(value, Tensor):
        return value.shape
    if isinstance(value, bool | int | float):
        return ()
    return None


def size(ev: Any, value: Any) -> Size:
    """A dimension argument: an int, or None when it is not known."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value == value and abs(value) < 2**62:
        return int(value)
    if isinstance(value, Tensor) and isinstance(value.data, int):
        return value.data
    if isinstance(value, Instance) and isinstance(value.native, int):
        return value.native
    return None


def sizes(ev: Any, args: list[Any]) -> Shape:
    """Shape arguments, given one by one or as one sequence."""
    if len(args) == 1 and isinstance(args[0], list | tuple):
        args = list(args[0])
    elif len(args) == 1 and isinstance(args[0], Unknown | Tensor) and not isinstance(args[0], int):
        return None if isinstance(args[0], Unknown) else (size(ev, args[0]),)
    if len(args) > MAX_RANK:
        raise Raised(ev.exception("ValueError", "a tensor of too many dimensions"))
    return tuple(size(ev, one) for one in args)


def axis(rank: int, value: Any) -> int | None:
    """A non-negative dimension index, or None when out of range or unknown."""
    if isinstance(value, bool) or not isinstance(value, int) or not -rank <= value < max(rank, 1):
        return None
    return value % rank if rank else 0


def product(shape: Shape) -> Size:
    """The number of elements."""
    if shape is None:
        return None
    total = 1
    for one in shape:
        if one is None:
            return None
        total *= one
    return total


def argument(args: list[Any], kwargs: dict[str, Any], position: int, name: str, default: Any = None) -> Any:
    """An argument given by position or name."""
    if len(args) > position:
        return args[position]
    return kwargs.get(name, default)


def dtype_name(value: Any) -> str | None:
    """``torch.float32`` and the like as text."""
    return value.path if isinstance(value, External) and value.path.startswith("torch.") else None


def first_tensor(args: list[Any], kwargs: dict[str, Any]) -> Tensor | None:
    """The first tensor among the arguments."""
    for one in (*args, *kwargs.values()):
        if isinstance(one, Tensor):
            return one
        if isinstance(one, list | tuple):
            for inner in one:
                if isinstance(inner, Tensor):
                    return inner
    return None


def ordered(first: Tensor, order: list[int | None]) -> Shape:
    """The shape with its dimensions in another order."""
    if first.shape is None or None in order:
        return None
    return tuple(first.shape[one] for one in order if one is not None)
