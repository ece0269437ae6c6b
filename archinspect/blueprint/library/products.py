"""Shape rules of products, look-ups, convolutions, functional norms and attention."""

from __future__ import annotations

from archinspect.blueprint.interp.values import Tensor, Unknown
from archinspect.hints import Any

from .tensors import Rule, Shape, argument, axis, broadcast, emit, shape_of


def matmul(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Matrix products, broadcast over leading dimensions."""
    a, b = argument(args, kwargs, 0, "input"), argument(args, kwargs, 1, "other", kwargs.get("mat2"))
    for one in (a, b):
        if isinstance(one, Unknown):
            return one
    return emit(ev, "matmul", [a, b], _matmul(shape_of(a), shape_of(b)), dtype=getattr(a, "dtype", None))


def _matmul(a: Shape, b: Shape) -> Shape:
    if a is None or b is None or not a or not b:
        return None
    if len(a) == 1 and len(b) == 1:
        return ()
    if len(b) == 1:
        return a[:-1]
    if len(a) == 1:
        return (*b[:-2], b[-1])
    lead = broadcast([a[:-2], b[:-2]])
    return None if lead is None else (*lead, a[-2], b[-1])


def added_product(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``baddbmm(bias, a, b)`` and ``addmm``."""
    a = argument(args, kwargs, 1, "batch1", kwargs.get("mat1"))
    b = argument(args, kwargs, 2, "batch2", kwargs.get("mat2"))
    meta = {key: value for key, value in kwargs.items() if isinstance(value, int | float)}
    return emit(
        ev, op, [args[0], a, b], _matmul(shape_of(a), shape_of(b)), dtype=getattr(a, "dtype", None), meta=meta
    )


def outer(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Every pair of two vectors."""
    a, b = shape_of(args[0]), shape_of(args[1])
    shape = (a[0], b[0]) if a and b else None
    return emit(ev, op, args, shape)


def einsum(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """By its equation."""
    equation = args[0]
    operands = list(args[1]) if len(args) == 2 and isinstance(args[1], list | tuple) else args[1:]
    if not isinstance(equation, str) or any(not isinstance(one, Tensor) for one in operands):
        return next(
            (one for one in operands if isinstance(one, Unknown)), ev.unknown("an einsum that is not known")
        )
    shape = _einsum(equation.replace(" ", ""), [one.shape for one in operands])
    return emit(
        ev, op, [equation, *operands], shape, dtype=operands[0].dtype, meta={"equation": equation[:200]}
    )


def _einsum(equation: str, shapes: list[Shape]) -> Shape:
    left, arrow, right = equation.partition("->")
    terms = left.split(",")
    if not arrow or len(terms) != len(shapes):
        return None
    known: dict[str, int | None] = {}
    dots: Shape = ()
    for term, shape in zip(terms, shapes, strict=True):
        if shape is None:
            return None
        before, ellipsis, after = term.partition("...")
        names = list(before) + list(after)
        if len(names) > len(shape) or (not ellipsis and len(names) != len(shape)):
            return None
        for name, one in zip(before, shape, strict=False):
            known[name] = one if known.get(name) in (None, 1) else known[name]
        if after:
            for name, one in zip(after, shape[-len(after) :], strict=True):
                known[name] = one if known.get(name) in (None, 1) else known[name]
        if ellipsis:
            dots = shape[len(before) : len(shape) - len(after)]
    before, ellipsis, after = right.partition("...")
    return (
        *(known.get(one) for one in before),
        *((dots or ()) if ellipsis else ()),
        *(known.get(one) for one in after),
    )


def linear(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``F.linear(x, weight, bias)``."""
    x, weight = argument(args, kwargs, 0, "input"), argument(args, kwargs, 1, "weight")
    bias = argument(args, kwargs, 2, "bias")
    for one in (x, weight):
        if isinstance(one, Unknown):
            return one
    shape = (*x.shape[:-1], weight.shape[0]) if x.shape is not None and weight.shape else None
    wide = weight.shape[1] if weight.shape and len(weight.shape) > 1 else None
    meta = {
        "in_features": wide,
        "out_features": weight.shape[0] if weight.shape else None,
        "bias": bias is not None,
    }
    return emit(
        ev, "linear", [one for one in (x, weight, bias) if one is not None], shape, dtype=x.dtype, meta=meta
    )


def embedding(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``F.embedding(ids, weight)``."""
    ids, weight = argument(args, kwargs, 0, "input"), argument(args, kwargs, 1, "weight")
    if not isinstance(ids, Tensor) or not isinstance(weight, Tensor):
        return ev.unknown("an embedding of unknown operands")
    rows, width = weight.shape if weight.shape and len(weight.shape) == 2 else (None, None)
    shape = (*ids.shape, width) if ids.shape is not None else None
    return emit(ev, op, [ids, weight], shape, dtype=weight.dtype, meta={"rows": rows, "width": width})


def gather(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """The shape of the index."""
    index = argument(args, kwargs, 2, "index", kwargs.get("indices"))
    if op == "take_along_dim":
        index = argument(args, kwargs, 1, "indices")
    return emit(ev, op, args, shape_of(index), kwargs=kwargs, dtype=getattr(args[0], "dtype", None))


def index_select(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """One dimension replaced by the index's length."""
    first, at, index = args[0], argument(args, kwargs, 1, "dim", 0), argument(args, kwargs, 2, "index")
    where = axis(len(first.shape), at) if isinstance(first, Tensor) and first.shape is not None else None
    count = shape_of(index)
    if where is None or not isinstance(first, Tensor) or first.shape is None:
        return emit(ev, op, args, None)
    return emit(ev, op, args, (*first.shape[:where], count[0] if count else None, *first.shape[where + 1 :]))


def picked(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``topk`` and ``sort``: values and indices."""
    from .pointwise import pieces

    first = args[0]
    if not isinstance(first, Tensor):
        return first if isinstance(first, Unknown) else ev.unknown(op)
    k = argument(args, kwargs, 1, "k") if op == "topk" else None
    at = argument(args, kwargs, 2 if op == "topk" else 1, "dim", -1)
    shape = first.shape
    if op == "topk" and shape is not None:
        where = axis(len(shape), at)
        count = k if isinstance(k, int) and not isinstance(k, bool) else None
        shape = (*shape[:where], count, *shape[where + 1 :]) if where is not None else None
    meta = {"k": k if isinstance(k, int) else None, "dim": at if isinstance(at, int) else None}
    whole = emit(ev, op, args, shape, kwargs=kwargs, dtype=first.dtype, meta=meta)
    return pieces(ev, whole, [shape, shape], fields=("values", "indices"))


def same_index(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``argsort``, ``bucketize``, ``searchsorted``: indices shaped as the operand."""
    first = args[1] if op == "searchsorted" else args[0]
    return emit(ev, op, args, shape_of(first), kwargs=kwargs, dtype="torch.int64")


def data_sized(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``nonzero``, ``unique`` ...: how many depends on data."""
    first = shape_of(args[0])
    if op == "nonzero" and kwargs.get("as_tuple"):
        count = len(first) if first is not None else 1
        whole = emit(ev, op, args, (None,), dtype="torch.int64")
        from .pointwise import pieces

        return pieces(ev, whole, [(None,)] * count)
    shape: Shape = (None, len(first)) if op in {"nonzero", "argwhere"} and first is not None else (None,)
    return emit(ev, op, args, shape, kwargs=kwargs)


def one_hot(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """One more dimension, of the number of classes."""
    classes = argument(args, kwargs, 1, "num_classes", -1)
    shape = shape_of(args[0])
    count = classes if isinstance(classes, int) and classes > 0 else None
    return emit(ev, op, args, (*shape, count) if shape is not None else None, dtype="torch.int64")


def histogram(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``histc``, ``bincount``."""
    count = argument(args, kwargs, 1, "bins") if op == "histc" else kwargs.get("minlength")
    return emit(ev, op, args, (count if isinstance(count, int) else None,))


def convolution(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``F.conv1d`` and the like: channels known, lengths worked out for stride and padding given as ints."""
    x, weight = args[0], args[1] if len(args) > 1 else kwargs.get("weight")
    if not isinstance(x, Tensor) or not isinstance(weight, Tensor) or x.shape is None or not weight.shape:
        return emit(ev, "conv", [one for one in args if isinstance(one, Tensor)], None)
    names = ("stride", "padding", "dilation", "groups")
    options = {name: argument(args, kwargs, 3 + i, name, (1, 0, 1, 1)[i]) for i, name in enumerate(names)}
    shape = convolved(x.shape, weight.shape, options)
    meta = {"kernel_size": list(weight.shape[2:]), **{k: v for k, v in options.items() if isinstance(v, int)}}
    return emit(ev, "conv", [one for one in args if isinstance(one, Tensor)], shape, dtype=x.dtype, meta=meta)


def convolved(x: tuple[Any, ...], weight: tuple[Any, ...], options: dict[str, Any]) -> Shape:
    """The output of a convolution with these options, lengths None when they are not plain integers."""
    space: list[int | None] = []
    for i, kernel in enumerate(weight[2:]):
        one = [v[i] if isinstance(v, tuple | list) and i < len(v) else v for v in options.values()]
        old = x[2 + i] if len(x) > 2 + i else None
        if old is None or kernel is None or not all(isinstance(v, int) for v in one[:3]) or one[0] < 1:
            space.append(None)
        else:
            space.append((old + 2 * one[1] - one[2] * (kernel - 1) - 1) // one[0] + 1)
    return (x[0], weight[0], *space)


def norm(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Functional norms."""
    x = argument(args, kwargs, 0, "input")
    if not isinstance(x, Tensor):
        return x if isinstance(x, Unknown) else ev.unknown(op)
    positions = {"layer_norm": 4, "rms_norm": 3, "group_norm": 4}
    eps = argument(args, kwargs, positions.get(op, 9), "eps", None if op == "rms_norm" else 1e-5)
    shape = argument(args, kwargs, 1, "normalized_shape")
    tensors = [one for one in (*args, *kwargs.values()) if isinstance(one, Tensor)]
    meta = {
        "eps": eps if isinstance(eps, int | float) else None,
        "normalized_shape": list(shape)
        if isinstance(shape, tuple | list)
        else shape
        if isinstance(shape, int)
        else None,
    }
    return emit(ev, op, tensors, x.shape, dtype=x.dtype, meta=meta)


def attention(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``F.scaled_dot_product_attention``."""
    q, v = argument(args, kwargs, 0, "query"), argument(args, kwargs, 2, "value")
    k, mask = argument(args, kwargs, 1, "key"), argument(args, kwargs, 3, "attn_mask")
    if not all(isinstance(one, Tensor) for one in (q, k, v)):
        return ev.unknown("attention over unknown operands")
    shape = (*q.shape[:-1], v.shape[-1]) if q.shape and v.shape else None
    causal = argument(args, kwargs, 5, "is_causal", False)
    meta: dict[str, Any] = {key: one for key, one in kwargs.items() if isinstance(one, int | float | bool)}
    meta["is_causal"] = causal if isinstance(causal, bool) else None
    if mask is not None:
        meta["mask"] = mask.dtype if isinstance(mask, Tensor) else None
    tensors = [one for one in (q, k, v, mask) if isinstance(one, Tensor)]
    return emit(ev, "sdpa", tensors, shape, dtype=q.dtype, meta=meta)


def loss(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """A number."""
    return emit(ev, op, [one for one in args if isinstance(one, Tensor)], ())


def solved(ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Linear systems: the right side's shape."""
    return emit(ev, op, args, shape_of(args[1]), kwargs=kwargs, dtype=args[1].dtype)


RULES: dict[str, Rule] = {
    **dict.fromkeys(("solve_triangular", "solve"), solved),
    **dict.fromkeys(("matmul", "mm", "bmm", "dot", "mv"), matmul),
    **dict.fromkeys(("baddbmm", "addmm"), added_product),
    **dict.fromkeys(("outer", "ger"), outer),
    "einsum": einsum,
    "linear": linear,
    "embedding": embedding,
    **dict.fromkeys(("gather", "take_along_dim"), gather),
    "index_select": index_select,
    **dict.fromkeys(("topk", "sort", "kthvalue", "cummax", "cummin"), picked),
    **dict.fromkeys(("argsort", "bucketize", "searchsorted"), same_index),
    **dict.fromkeys(
        ("nonzero", "argwhere", "unique", "unique_consecutive", "masked_select", "multinomial"), data_sized
    ),
    "one_hot": one_hot,
    **dict.fromkeys(("histc", "bincount"), histogram),
    **dict.fromkeys(("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d"), convolution),
    **dict.fromkeys(("layer_norm", "rms_norm", "group_norm", "batch_norm", "instance_norm"), norm),
    "scaled_dot_product_attention": attention,
    **dict.fromkeys(
        ("cross_entropy", "nll_loss", "mse_loss", "l1_loss", "binary_cross_entropy_with_logits"), loss
    ),
}
