"""Indexing of tensors."""

from __future__ import annotations

from archinspect.blueprint.interp.values import Origin, Tensor, Unknown
from archinspect.hints import Any

from .tensors import Shape, Size, broadcast, changed, emit

PART = "part"  # the origin of what indexing gives while a forward is traced


def index(ev: Any, tensor: Tensor, key: Any) -> Any:
    """``tensor[key]``."""
    parts = list(key) if isinstance(key, tuple) else [key]
    if (
        isinstance(tensor.data, list)
        and len(parts) == 1
        and isinstance(parts[0], int)
        and -len(tensor.data) <= parts[0] < len(tensor.data)
    ):
        only: dict[str, Any] = {"index": str(parts[0])}
        return emit(ev, "getitem", [tensor], (), dtype=tensor.dtype, meta=only, data=tensor.data[parts[0]])
    shape = _shape(ev, tensor.shape, parts)
    tensors = [one for one in parts if isinstance(one, Tensor)]
    meta: dict[str, Any] = {"index": ",".join(_text(one) for one in parts)}
    simple = _slice(tensor, parts)
    if simple is not None:
        meta["slice"] = simple
    made = emit(ev, "getitem", [tensor, *tensors], shape, dtype=tensor.dtype, meta=meta)
    if ev.trace is not None and not tensors:
        made.origin = Origin(PART, [tensor, key], {})
    return made


def set_index(ev: Any, tensor: Tensor, key: Any, value: Any) -> None:
    """``tensor[key] = value``."""
    if ev.trace is not None and tensor.kind == "value":
        parts = list(key) if isinstance(key, tuple) else [key]
        made = emit(
            ev,
            "setitem",
            [tensor, value],
            tensor.shape,
            dtype=tensor.dtype,
            meta={"index": ",".join(_text(one) for one in parts)},
        )
        tensor.node = made.node
    written(ev, tensor)
    if tensor.kind == "parameter" and not isinstance(value, int | float):
        tensor.origin = Origin("filled", [], {})


def written(ev: Any, tensor: Tensor) -> None:
    """A tensor was changed in place: where it is a part of another, that one is changed with it."""
    origin = tensor.origin
    changed(tensor)
    if ev.trace is not None and origin is not None and origin.op == PART:
        set_index(ev, origin.args[0], origin.args[1], tensor)


def _text(part: Any) -> str:
    if part is ...:
        return "..."
    if part is None:
        return "None"
    if isinstance(part, slice):
        ends = [
            "" if one is None else str(one) if isinstance(one, int) else "?"
            for one in (part.start, part.stop)
        ]
        return ":".join(ends) + (f":{part.step}" if isinstance(part.step, int) else "")
    return str(part) if isinstance(part, int) else "tensor" if isinstance(part, Tensor) else "?"


def _slice(tensor: Tensor, parts: list[Any]) -> list[Any] | None:
    """(dimension from the end, start, stop, step) when exactly one dimension is cut."""
    if tensor.shape is None:
        return None
    rank = len(tensor.shape)
    at = 0
    found: list[list[Any]] = []
    for position, one in enumerate(parts):
        if one is ...:
            at = rank - sum(1 for later in parts[position + 1 :] if later is not None)
            continue
        if one is None:
            continue
        if isinstance(one, slice) and (one.start, one.stop, one.step) != (None, None, None):
            if not all(isinstance(end, int | None) for end in (one.start, one.stop, one.step)):
                return None
            found.append([at - rank, one.start, one.stop, one.step])
        elif not isinstance(one, slice):
            return None
        at += 1
    return found[0] if len(found) == 1 else None


def _length(size: Size, cut: slice) -> Size:
    ends = (cut.start, cut.stop, cut.step)
    if ends == (None, None, None):
        return size
    if size is None or not all(isinstance(one, int | None) for one in ends) or cut.step == 0:
        return None
    if not 0 <= size < 1 << 62:
        return None
    return len(range(*cut.indices(size)))


def _shape(ev: Any, shape: Shape, parts: list[Any]) -> Shape:
    if shape is None or (
        any(isinstance(one, Unknown) for one in parts) and ... in [p for p in parts if p is ...]
    ):
        return None
    used = sum(_consumed(one) for one in parts if one is not ... and one is not None)
    if used > len(shape):
        return None
    if not any(one is ... for one in parts):
        parts = [*parts, ...]
    made: list[Size] = []
    picks: list[Shape] = []
    place = -1
    at = 0
    for one in parts:
        if one is ...:
            rest = len(shape) - used
            made.extend(shape[at : at + rest])
            at += rest
        elif one is None or isinstance(one, bool):
            made.append(1)
        elif isinstance(one, slice):
            made.append(_length(shape[at], one))
            at += 1
        elif isinstance(one, int | Unknown):
            at += 1
        else:
            picks.append(_picked(one))
            place = len(made) if place < 0 else place
            at += _consumed(one)
    if picks:
        together = broadcast(picks)
        if together is None:
            return None
        made[place:place] = list(together)
    return tuple(made)


def _consumed(part: Any) -> int:
    if isinstance(part, Tensor) and part.dtype == "torch.bool" and part.shape is not None:
        return len(part.shape)
    return 0 if isinstance(part, bool) else 1


def _picked(part: Any) -> Shape:
    if isinstance(part, Tensor):
        return (None,) if part.dtype == "torch.bool" else part.shape
    if isinstance(part, list | tuple):
        return (len(part),)
    return None
