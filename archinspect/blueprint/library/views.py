"""Shape rules of operations that see the same elements in another way."""

from __future__ import annotations

from archinspect.hints import Any

from .tensors import Rule, argument, axis, emit, ordered, size


def shaped_as(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``view_as`` and ``reshape_as``: the other's shape."""
    return emit(ev, "view", args[:1], args[1].shape, dtype=args[0].dtype)


def as_complex(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Pairs along the last dimension to complex numbers, and back."""
    first = args[0]
    if first.shape is None:
        return emit(ev, op, args, None)
    shape = first.shape[:-1] if op == "view_as_complex" else (*first.shape, 2)
    return emit(ev, op, args, shape, dtype="torch.complex64" if op == "view_as_complex" else "torch.float32")


def unfold(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``x.unfold(dimension, size, step)``: windows along a dimension, in a new last dimension."""
    first, at = args[0], argument(args, kwargs, 1, "dimension")
    width, step = argument(args, kwargs, 2, "size"), argument(args, kwargs, 3, "step")
    where = axis(len(first.shape), at) if first.shape is not None else None
    if where is None or not isinstance(width, int) or not isinstance(step, int) or step < 1:
        return emit(ev, op, args, None)
    old = first.shape[where]
    count = (old - width) // step + 1 if old is not None else None
    return emit(
        ev, op, args, (*first.shape[:where], count, *first.shape[where + 1 :], width), dtype=first.dtype
    )


def movedim(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """One dimension moved to another place."""
    first = args[0]
    source, target = (
        axis(len(first.shape or ()), argument(args, kwargs, i, n))
        for i, n in ((1, "source"), (2, "destination"))
    )
    if first.shape is None or source is None or target is None:
        return emit(ev, op, args, None)
    order: list[int | None] = [one for one in range(len(first.shape)) if one != source]
    order.insert(target, source)
    return emit(ev, op, args, ordered(first, order), dtype=first.dtype)


def diagonal(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``diagonal`` of the last or first two dimensions; ``diag_embed`` the reverse."""
    first = args[0]
    if first.shape is None or not first.shape:
        return emit(ev, op, args, None)
    if op == "diag_embed":
        return emit(ev, op, args, (*first.shape, first.shape[-1]), dtype=first.dtype)
    if kwargs.get("dim1") == -2 or (op == "diag" and len(first.shape) == 2):
        return emit(ev, op, args, (*first.shape[:-2], first.shape[-1]), dtype=first.dtype)
    return emit(ev, op, args, None)


def narrow(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``narrow(dim, start, length)`` and ``select(dim, index)``."""
    first, at = args[0], argument(args, kwargs, 1, "dim")
    where = axis(len(first.shape), at) if first.shape is not None else None
    if where is None:
        return emit(ev, op, args, None)
    kept = (size(ev, argument(args, kwargs, 3, "length")),) if op == "narrow" else ()
    return emit(ev, op, args, (*first.shape[:where], *kept, *first.shape[where + 1 :]), dtype=first.dtype)


RULES: dict[str, Rule] = {
    **dict.fromkeys(("view_as", "reshape_as"), shaped_as),
    **dict.fromkeys(("view_as_complex", "view_as_real"), as_complex),
    "unfold": unfold,
    **dict.fromkeys(("movedim", "moveaxis"), movedim),
    **dict.fromkeys(("diagonal", "diag_embed", "diag"), diagonal),
    **dict.fromkeys(("narrow", "select"), narrow),
}
