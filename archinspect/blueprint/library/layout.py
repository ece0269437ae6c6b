"""Shape rules of operations that rearrange, combine or pick elements."""

from __future__ import annotations

from archinspect.blueprint.interp.values import External, Raised, Tensor, Unknown
from archinspect.hints import Any

from . import views
from .pointwise import pieces
from .tensors import Rule, Size, argument, axis, dtype_name, emit, ordered, product, size, sizes


def view(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``view`` and ``reshape``: one -1 is worked out."""
    first = args[0]
    given = args[1:] if len(args) > 1 else [kwargs.get("shape", kwargs.get("size", ()))]
    if len(given) == 1 and isinstance(given[0], External):
        return emit(ev, op, args[:1], first.shape, dtype=dtype_name(given[0]))
    if len(given) == 1 and not isinstance(given[0], int | list | tuple | Tensor | Unknown):
        return emit(ev, op, args, first.shape, dtype=first.dtype)
    wanted = sizes(ev, given)
    shape = wanted
    if wanted is not None and -1 in wanted:
        known = product(tuple(one for one in wanted if one != -1))
        total = product(first.shape)
        if wanted.count(-1) > 1:
            raise Raised(ev.exception("RuntimeError", "only one dimension can be inferred"))
        rest = total // known if known and total is not None else None
        shape = tuple(rest if one == -1 else one for one in wanted)
    return emit(
        ev, op, args, shape, dtype=first.dtype, data=first.data if isinstance(first.data, int) else None
    )


def transpose(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Two dimensions swapped."""
    first = args[0]
    a, b = argument(args, kwargs, 1, "dim0", 0), argument(args, kwargs, 2, "dim1", 1)
    if first.shape is None:
        return emit(ev, "transpose", args, None)
    rank = len(first.shape)
    order: list[int | None] = list(range(rank))
    x, y = axis(rank, a), axis(rank, b)
    if x is None or y is None:
        return emit(ev, "transpose", args, None)
    order[x], order[y] = y, x
    return emit(
        ev, "transpose", args, ordered(first, order), dtype=first.dtype, meta={"dims": [x - rank, y - rank]}
    )


def permute(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """All dimensions in a given order."""
    first = args[0]
    dims = sizes(ev, args[1:] or [kwargs.get("dims", ())])
    if first.shape is None or dims is None or len(dims) != len(first.shape):
        return emit(ev, "permute", args, None)
    order = [axis(len(first.shape), one) for one in dims]
    return emit(ev, "permute", args, ordered(first, order), dtype=first.dtype)


def unsqueeze(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """One more dimension of 1."""
    first, at = args[0], argument(args, kwargs, 1, "dim", 0)
    if first.shape is None or not isinstance(at, int):
        return emit(ev, op, args, None)
    at = at if at >= 0 else at + len(first.shape) + 1
    return emit(ev, op, args, (*first.shape[:at], 1, *first.shape[at:]), dtype=first.dtype)


def squeeze(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Dimensions of 1 dropped."""
    first, at = args[0], argument(args, kwargs, 1, "dim")
    if first.shape is None:
        return emit(ev, op, args, None)
    chosen = (
        None
        if at is None
        else [axis(len(first.shape), one) for one in (at if isinstance(at, tuple | list) else [at])]
    )
    shape = tuple(
        one for i, one in enumerate(first.shape) if not (one == 1 and (chosen is None or i in chosen))
    )
    return emit(ev, op, args, shape, dtype=first.dtype)


def flatten(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """A run of dimensions made one."""
    first = args[0]
    if first.shape is None:
        return emit(ev, op, args, None)
    rank = len(first.shape)
    start = axis(rank, argument(args, kwargs, 1, "start_dim", 0))
    end = axis(rank, argument(args, kwargs, 2, "end_dim", -1))
    if start is None or end is None or not rank:
        return emit(ev, op, args, (1,) if not rank else None)
    merged = product(first.shape[start : end + 1])
    return emit(ev, op, args, (*first.shape[:start], merged, *first.shape[end + 1 :]), dtype=first.dtype)


def unflatten(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """One dimension split into several."""
    first, at = args[0], argument(args, kwargs, 1, "dim")
    parts = sizes(ev, [argument(args, kwargs, 2, "sizes")])
    if first.shape is None or parts is None:
        return emit(ev, op, args, None)
    at = axis(len(first.shape), at)
    if at is None:
        return emit(ev, op, args, None)
    whole, known = first.shape[at], product(tuple(one for one in parts if one != -1))
    rest = whole // known if whole is not None and known else None
    filled = tuple(rest if one == -1 else one for one in parts)
    return emit(ev, op, args, (*first.shape[:at], *filled, *first.shape[at + 1 :]), dtype=first.dtype)


def expand(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Broadcast to given sizes, -1 keeping one."""
    first = args[0]
    wanted = args[1].shape if op == "expand_as" else sizes(ev, args[1:] or [kwargs.get("size", ())])
    if wanted is None or first.shape is None:
        return emit(ev, "expand", args, wanted)
    own = (None,) * (len(wanted) - len(first.shape)) + first.shape
    shape = tuple(mine if one == -1 else one for one, mine in zip(wanted, own, strict=False))
    return emit(ev, "expand", args, shape, dtype=first.dtype)


def repeat(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Tiled along every dimension."""
    first = args[0]
    times = sizes(ev, args[1:] or [kwargs.get("repeats", kwargs.get("dims", ()))])
    if times is None or first.shape is None:
        return emit(ev, op, args, None)
    own = (1,) * (len(times) - len(first.shape)) + first.shape
    times = (1,) * (len(own) - len(times)) + times
    shape = tuple(a * b if a is not None and b is not None else None for a, b in zip(own, times, strict=True))
    return emit(ev, op, args, shape, dtype=first.dtype)


def repeat_interleave(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Each element repeated along a dimension."""
    first = args[0]
    times, at = argument(args, kwargs, 1, "repeats"), argument(args, kwargs, 2, "dim")
    if first.shape is None:
        return emit(ev, op, args, None)
    shape: tuple[Size, ...] = first.shape
    if at is None:
        shape, at = (product(first.shape),), 0
    where = axis(len(shape), at)
    if where is None:
        return emit(ev, op, args, None)
    count = times if isinstance(times, int) else None
    old = shape[where]
    new: Size = old * count if old is not None and count is not None else None
    shape = (*shape[:where], new, *shape[where + 1 :])
    return emit(ev, op, args, shape, kwargs=kwargs, dtype=first.dtype, meta={"repeats": count, "dim": at})


def cat(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Joined along a dimension."""
    parts = argument(args, kwargs, 0, "tensors")
    at = argument(args, kwargs, 1, "dim", kwargs.get("axis", 0))
    parts = list(ev.iterate(parts))
    if any(not isinstance(one, Tensor) for one in parts) or not parts:
        return next((one for one in parts if isinstance(one, Unknown)), ev.unknown(f"{op} of unknown parts"))
    shapes = [one.shape for one in parts if one.shape != (0,)] or [(0,)]
    if any(one is None or len(one) != len(shapes[0]) for one in shapes):
        return emit(ev, "cat", [parts, at], None)
    where = axis(len(shapes[0]), at)
    if where is None:
        return emit(ev, "cat", [parts, at], None)
    along = [one[where] for one in shapes]
    total = None if None in along else sum(along)
    shape = list(next((one for one in shapes if None not in one), shapes[0]))
    shape[where] = total
    return emit(ev, "cat", [parts, at], tuple(shape), dtype=parts[0].dtype, meta={"dim": where - len(shape)})


def stack(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Joined along a new dimension."""
    parts = list(ev.iterate(argument(args, kwargs, 0, "tensors")))
    at = argument(args, kwargs, 1, "dim", 0)
    if any(not isinstance(one, Tensor) for one in parts) or not parts:
        return next((one for one in parts if isinstance(one, Unknown)), ev.unknown("stack of unknown parts"))
    shape = parts[0].shape
    if shape is None or not isinstance(at, int):
        return emit(ev, op, [parts, at], None)
    at = at if at >= 0 else at + len(shape) + 1
    return emit(ev, op, [parts, at], (*shape[:at], len(parts), *shape[at:]), dtype=parts[0].dtype)


def chunk(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``chunk``: a number of pieces; ``split``: pieces of a size or of given sizes."""
    first = args[0] if args else kwargs["tensor"]
    names = {"chunk": "chunks", "tensor_split": "indices_or_sections"}
    how = argument(args, kwargs, 1, names.get(op, "split_size_or_sections"), kwargs.get("split_size"))
    at = argument(args, kwargs, 2, "dim", 0)
    if first.shape is None or isinstance(how, Unknown | Tensor):
        return ev.unknown(f"{op} into unknown pieces")
    where = axis(len(first.shape), at)
    if where is None:
        return ev.unknown(f"{op} along an unknown dimension")
    along = _pieces(ev, op, first.shape[where], how)
    if along is None:
        return ev.unknown(f"{op} of a dimension that depends on data")
    whole = emit(
        ev,
        op,
        args,
        first.shape,
        kwargs=kwargs,
        dtype=first.dtype,
        meta={"dim": where - len(first.shape), "sizes": along},
    )
    return pieces(ev, whole, [(*first.shape[:where], one, *first.shape[where + 1 :]) for one in along])


def _pieces(ev: Any, op: str, whole: Size, how: Any) -> list[Size] | None:
    if isinstance(how, list | tuple):
        return [size(ev, one) for one in how]
    if not isinstance(how, int) or how <= 0:
        return None
    if whole is None:
        return [None] * how if op != "split" and how < 1000 else None
    width = -(-whole // how) if op != "split" else how
    if op == "tensor_split":
        return [whole // how + (1 if one < whole % how else 0) for one in range(how)]
    count = -(-whole // width) if width else 0
    ev.budget.charge(count)
    return [min(width, whole - one * width) for one in range(count)]


def unbind(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Every slice along a dimension."""
    first, at = args[0], argument(args, kwargs, 1, "dim", 0)
    where = axis(len(first.shape), at) if first.shape else None
    if where is None or first.shape[where] is None:
        return ev.unknown("unbind of a dimension that depends on data")
    ev.budget.charge(first.shape[where])
    whole = emit(ev, op, args, first.shape, dtype=first.dtype, meta={"dim": where - len(first.shape)})
    return pieces(ev, whole, [(*first.shape[:where], *first.shape[where + 1 :])] * first.shape[where])


def pad(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Sizes grown at the ends, last dimension first."""
    first, widths = argument(args, kwargs, 0, "input"), argument(args, kwargs, 1, "pad", ())
    if not isinstance(first, Tensor) or first.shape is None or not isinstance(widths, tuple | list):
        return emit(ev, op, args, None)
    shape = list(first.shape)
    for position in range(min(len(widths) // 2, len(shape))):
        grow = [size(ev, one) for one in widths[2 * position : 2 * position + 2]]
        old = shape[-1 - position]
        shape[-1 - position] = None if old is None or None in grow else old + sum(one or 0 for one in grow)
    return emit(ev, op, args, tuple(shape), kwargs=kwargs, dtype=first.dtype)


RULES: dict[str, Rule] = {
    **views.RULES,
    **dict.fromkeys(("view", "reshape", "view_copy"), view),
    **dict.fromkeys(("transpose", "swapaxes", "swapdims", "t", "transpose_"), transpose),
    "permute": permute,
    "unsqueeze": unsqueeze,
    "squeeze": squeeze,
    "flatten": flatten,
    "ravel": flatten,
    "unflatten": unflatten,
    **dict.fromkeys(("expand", "expand_as", "broadcast_to"), expand),
    "repeat": repeat,
    "tile": repeat,
    "repeat_interleave": repeat_interleave,
    **dict.fromkeys(("cat", "concat", "concatenate"), cat),
    "stack": stack,
    **dict.fromkeys(("chunk", "split", "split_with_sizes", "tensor_split"), chunk),
    "unbind": unbind,
    "pad": pad,
}
