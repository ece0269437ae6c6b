"""torch.nn's layers: which parameters their constructors make, and what their forward is as an operation."""

from __future__ import annotations

from collections.abc import Callable

from archinspect.blueprint.interp.types import OBJECT
from archinspect.blueprint.interp.values import Builtin, ClassValue, External, ModuleObject, Tensor, Unknown
from archinspect.hints import Any

from . import containers as _containers  # noqa: F401 - gives the containers their methods
from .modules import MODULE, MODULE_DICT, MODULE_LIST, PARAMETER_DICT, PARAMETER_LIST, SEQUENTIAL
from .refusals import grouped, padding_index, possible
from .tensors import Size, emit, size

Args = list[Any]
Kwargs = dict[str, Any]
Signature = tuple[tuple[str, Any], ...]
LAYERS: dict[str, ClassValue] = {
    "Module": MODULE,
    "Sequential": SEQUENTIAL,
    "ModuleList": MODULE_LIST,
    "ModuleDict": MODULE_DICT,
    "ParameterList": PARAMETER_LIST,
    "ParameterDict": PARAMETER_DICT,
}


def bound(signature: Signature, args: Args, kwargs: Kwargs) -> dict[str, Any]:
    """Constructor arguments by name, defaults filled in."""
    values = dict(signature)
    values.update(zip((name for name, _ in signature), args, strict=False))
    values.update(kwargs)
    return values


def parameter(ev: Any, self_: ModuleObject, name: str, shape: tuple[Size, ...] | None) -> None:
    """Register a parameter made at the current line; None registers its absence."""
    made = None if shape is None else Tensor(possible(ev, shape), kind="parameter", location=ev.where())
    self_.params[name] = made


def _define(
    name: str,
    signature: Signature,
    build: Callable[[Any, ModuleObject, dict[str, Any]], None],
    forward: Callable[[Any, ModuleObject, Args, Kwargs], Any],
    *bases: ClassValue,
) -> ClassValue:
    made = ClassValue(name, bases or (MODULE,))

    def init(ev: Any, args: Args, kwargs: Kwargs) -> None:
        values = bound(signature, args[1:], kwargs)
        self_ = args[0]
        for key, value in values.items():
            if key not in {"device", "dtype"} and key.isidentifier() and not isinstance(value, External):
                self_.attrs[key] = value
        build(ev, self_, values)
        for key in self_.params:
            self_.attrs.pop(key, None)

    made.ns["__init__"] = Builtin("__init__", init)
    made.ns["forward"] = Builtin("forward", lambda ev, args, kwargs: forward(ev, args[0], args[1:], kwargs))
    made.ns["reset_parameters"] = Builtin("reset_parameters", lambda ev, args, kwargs: None)
    LAYERS[name] = made
    return made


def _operand(args: Args, kwargs: Kwargs) -> Any:
    return args[0] if args else next(iter(kwargs.values()), None)


def _tensors(self_: ModuleObject, *names: str) -> list[Tensor]:
    return [one for one in (self_.params.get(name) for name in names) if isinstance(one, Tensor)]


def _linear(ev: Any, self_: ModuleObject, v: dict[str, Any]) -> None:
    parameter(ev, self_, "weight", (size(ev, v["out_features"]), size(ev, v["in_features"])))
    parameter(ev, self_, "bias", (size(ev, v["out_features"]),) if ev.truth(v["bias"]) else None)


def _run_linear(ev: Any, self_: ModuleObject, args: Args, kwargs: Kwargs) -> Any:
    return ev.library.operation(
        ev, "linear", [_operand(args, kwargs), *_tensors(self_, "weight", "bias")], {}
    )


LINEAR = _define(
    "Linear", (("in_features", None), ("out_features", None), ("bias", True)), _linear, _run_linear
)


def _conv1d_transposed(ev: Any, self_: ModuleObject, v: dict[str, Any]) -> None:
    parameter(ev, self_, "weight", (size(ev, v["nx"]), size(ev, v["nf"])))
    parameter(ev, self_, "bias", (size(ev, v["nf"]),))


def _run_transposed(ev: Any, self_: ModuleObject, args: Args, kwargs: Kwargs) -> Any:
    x = _operand(args, kwargs)
    wide, out = (size(ev, self_.attrs.get(key)) for key in ("nx", "nf"))
    if not isinstance(x, Tensor):
        return x
    shape = (*x.shape[:-1], out) if x.shape is not None else None
    meta = {"in_features": wide, "out_features": out, "bias": True}
    return emit(ev, "linear", [x, *_tensors(self_, "weight", "bias")], shape, dtype=x.dtype, meta=meta)


CONV1D = _define("Conv1D", (("nf", None), ("nx", None)), _conv1d_transposed, _run_transposed)


def _embedding(ev: Any, self_: ModuleObject, v: dict[str, Any]) -> None:
    rows = size(ev, v["num_embeddings"])
    padding_index(ev, rows, v["padding_idx"])
    parameter(ev, self_, "weight", (rows, size(ev, v["embedding_dim"])))


def _run_embedding(ev: Any, self_: ModuleObject, args: Args, kwargs: Kwargs) -> Any:
    return ev.library.operation(ev, "embedding", [_operand(args, kwargs), self_.params.get("weight")], {})


_EMBEDDING: Signature = (
    ("num_embeddings", None), ("embedding_dim", None), ("padding_idx", None), ("max_norm", None), ("norm_type", 2.0),  # noqa: E501
    ("scale_grad_by_freq", False), ("sparse", False), ("_weight", None),
)  # fmt: skip
_define("Embedding", _EMBEDDING, _embedding, _run_embedding)


def _shape(ev: Any, value: Any) -> tuple[Size, ...]:
    return tuple(size(ev, one) for one in value) if isinstance(value, tuple | list) else (size(ev, value),)


def _layer_norm(ev: Any, self_: ModuleObject, v: dict[str, Any]) -> None:
    shape = _shape(ev, v["normalized_shape"])
    self_.attrs["normalized_shape"] = shape
    affine = ev.truth(v["elementwise_affine"])
    parameter(ev, self_, "weight", shape if affine else None)
    if "bias" in v:
        parameter(ev, self_, "bias", shape if affine and ev.truth(v["bias"]) else None)


def _run_norm(op: str) -> Callable[[Any, ModuleObject, Args, Kwargs], Any]:
    def run(ev: Any, self_: ModuleObject, args: Args, kwargs: Kwargs) -> Any:
        x = _operand(args, kwargs)
        if not isinstance(x, Tensor):
            return x if isinstance(x, Unknown) else ev.unknown(op)
        shape = self_.attrs.get("normalized_shape")
        eps = self_.attrs.get("eps")
        meta = {
            "eps": eps if isinstance(eps, int | float) else None,
            "normalized_shape": list(shape) if shape else None,
        }
        return emit(ev, op, [x, *_tensors(self_, "weight", "bias")], x.shape, dtype=x.dtype, meta=meta)

    return run


_define(
    "LayerNorm",
    (("normalized_shape", None), ("eps", 1e-5), ("elementwise_affine", True), ("bias", True)),
    _layer_norm,
    _run_norm("layer_norm"),
)
_define(
    "RMSNorm",
    (("normalized_shape", None), ("eps", None), ("elementwise_affine", True)),
    _layer_norm,
    _run_norm("rms_norm"),
)


def _channels(ev: Any, self_: ModuleObject, v: dict[str, Any]) -> None:
    count = size(ev, v.get("num_channels", v.get("num_features")))
    if "num_groups" in v:
        grouped(ev, size(ev, v["num_groups"]), num_channels=count)
    affine = ev.truth(v["affine"])
    for name in ("weight", "bias"):
        parameter(ev, self_, name, (count,) if affine else None)
    if ev.truth(v.get("track_running_stats", False)):
        for name, shape in (
            ("running_mean", (count,)),
            ("running_var", (count,)),
            ("num_batches_tracked", ()),
        ):
            self_.buffers[name] = Tensor(shape, kind="buffer", location=ev.where())


_define(
    "GroupNorm",
    (("num_groups", None), ("num_channels", None), ("eps", 1e-5), ("affine", True)),
    _channels,
    _run_norm("group_norm"),
)
for _name in ("BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "SyncBatchNorm"):
    _BATCH: Signature = (
        ("num_features", None), ("eps", 1e-5), ("momentum", 0.1), ("affine", True), ("track_running_stats", True),  # noqa: E501
    )  # fmt: skip
    _define(_name, _BATCH, _channels, _run_norm("batch_norm"))
for _name in ("InstanceNorm1d", "InstanceNorm2d"):
    _define(
        _name,
        (("num_features", None), ("eps", 1e-5), ("momentum", 0.1), ("affine", False)),
        _channels,
        _run_norm("instance_norm"),
    )


def _kernel(ev: Any, value: Any, rank: int) -> tuple[Size, ...]:
    return _shape(ev, value) if isinstance(value, tuple | list) else (size(ev, value),) * rank


def _convolution(rank: int, transposed: bool) -> Callable[[Any, ModuleObject, dict[str, Any]], None]:
    def build(ev: Any, self_: ModuleObject, v: dict[str, Any]) -> None:
        inside, out, groups = (size(ev, v[key]) for key in ("in_channels", "out_channels", "groups"))
        grouped(ev, groups, in_channels=inside, out_channels=out)
        first, second = (inside, out) if transposed else (out, inside)
        second = second // groups if second is not None and groups else None
        kernel = _kernel(ev, v["kernel_size"], rank)
        self_.attrs["kernel_size"] = kernel
        parameter(ev, self_, "weight", (first, second, *kernel))
        parameter(ev, self_, "bias", (out,) if ev.truth(v["bias"]) else None)

    return build


def _run_convolution(transposed: bool) -> Callable[[Any, ModuleObject, Args, Kwargs], Any]:
    def run(ev: Any, self_: ModuleObject, args: Args, kwargs: Kwargs) -> Any:
        x, weight = _operand(args, kwargs), self_.params.get("weight")
        if not isinstance(x, Tensor) or not isinstance(weight, Tensor):
            return x if isinstance(x, Unknown) else ev.unknown("a convolution of unknown operands")
        options = {key: self_.attrs.get(key) for key in ("stride", "padding", "dilation")}
        shape = None
        if x.shape is not None and weight.shape:
            from .products import convolved

            shape = convolved(x.shape, weight.shape, options)
            if transposed and shape is not None:
                shape = (shape[0], size(ev, self_.attrs.get("out_channels")), *(None for _ in shape[2:]))
        meta = {
            "kernel_size": list(weight.shape[2:]) if weight.shape else None,
            "groups": size(ev, self_.attrs.get("groups")),
        }
        return emit(ev, "conv", [x, *_tensors(self_, "weight", "bias")], shape, dtype=x.dtype, meta=meta)

    return run


for _rank in (1, 2, 3):
    _CONV: Signature = (
        ("in_channels", None), ("out_channels", None), ("kernel_size", 1), ("stride", 1), ("padding", 0), ("dilation", 1),  # noqa: E501
        ("groups", 1), ("bias", True), ("padding_mode", "zeros"),
    )  # fmt: skip
    _TRANSPOSED: Signature = (
        ("in_channels", None), ("out_channels", None), ("kernel_size", 1), ("stride", 1), ("padding", 0), ("output_padding", 0),  # noqa: E501
        ("groups", 1), ("bias", True), ("dilation", 1),
    )  # fmt: skip
    _define(f"Conv{_rank}d", _CONV, _convolution(_rank, False), _run_convolution(False))
    _define(f"ConvTranspose{_rank}d", _TRANSPOSED, _convolution(_rank, True), _run_convolution(True))


def plain(
    name: str, signature: Signature, forward: Callable[[Any, ModuleObject, Args, Kwargs], Any]
) -> ClassValue:
    """A layer without parameters."""
    return _define(name, signature, lambda ev, self_, v: None, forward)


def define(
    name: str, signature: Signature, build: Callable[[Any, ModuleObject, dict[str, Any]], None], forward: Any
) -> ClassValue:
    """A layer of any kind."""
    return _define(name, signature, build, forward)


_ = OBJECT
