"""What torch's names outside its operations and layers stand for."""

from __future__ import annotations

from archinspect.blueprint.interp.types import BUFFER, OBJECT, PARAMETER, TENSOR, TYPES
from archinspect.blueprint.interp.values import (
    Builtin,
    ClassMethod,
    ClassValue,
    External,
    Instance,
    Tensor,
)
from archinspect.hints import Any

from .stdlib import identity_decorator
from .tensors import emit

DTYPES = frozenset(
    [
        "float32",
        "float16",
        "bfloat16",
        "float64",
        "float",
        "half",
        "double",
        "int32",
        "int64",
        "int16",
        "int8",
        "uint8",
        "long",
        "int",
        "bool",
        "short",
        "complex64",
        "complex128",
        "float8_e4m3fn",
        "float8_e5m2",
        "uint16",
        "uint32",
        "cfloat",
    ]
)
DTYPE_NAMES = {
    "float": "float32",
    "half": "float16",
    "double": "float64",
    "long": "int64",
    "int": "int32",
    "short": "int16",
    "cfloat": "complex64",
}
_LIMITS = {
    "torch.float32": (-3.4028234663852886e38, 1.1920928955078125e-07),
    "torch.float16": (-65504.0, 0.0009765625),
    "torch.bfloat16": (-3.3895313892515355e38, 0.0078125),
    "torch.float64": (-1.7976931348623157e308, 2.220446049250313e-16),
    "torch.int64": (-(2**63), 1),
    "torch.int32": (-(2**31), 1),
}


def _limits(name: str, args: list[Any]) -> Instance:
    """``torch.finfo(dtype)``: the numbers of the default type when the type is not known."""
    path = args[0].path if args and isinstance(args[0], External) else "torch.float32"
    low, eps = _LIMITS.get(path, _LIMITS["torch.float32"])
    made = Instance(ClassValue(name, (OBJECT,)))
    made.attrs.update(
        {"min": low, "max": -low - (1 if name == "iinfo" else 0), "eps": eps, "tiny": 1.1754943508222875e-38}
    )
    return made


def _apply(ev: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``Function.apply(...)``: the forward, with a context that is not known."""
    return ev.call(ev.getattr(args[0], "forward"), [ev.unknown("an autograd context"), *args[1:]], kwargs)


def _same_shape(name: str) -> Builtin:
    return Builtin(
        name,
        lambda ev, args, kwargs: (
            emit(ev, name, args[1:], args[1].shape) if isinstance(args[1], Tensor) else args[1]
        ),
    )


DISTRIBUTION = ClassValue("Distribution", (OBJECT,))
DISTRIBUTION.ns["__init__"] = Builtin("__init__", lambda ev, args, kwargs: None)
DISTRIBUTION.ns.update({name: _same_shape(name) for name in ("icdf", "cdf", "log_prob")})
AUTOGRAD = ClassValue("Function", (OBJECT,))
AUTOGRAD.ns["apply"] = ClassMethod(Builtin("apply", _apply))


def _built(ev: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``skip_init(Layer, ...)``: the layer, its numbers left as they come."""
    given = {name: value for name, value in kwargs.items() if name != "device"}
    return ev.call(args[0], args[1:], given)


_SKIP_INIT = Builtin("skip_init", _built)
TORCH: dict[str, Any] = {
    # Modules that share their name with a method of tensors.
    **{f"torch.{name}": External(f"torch.{name}") for name in ("cuda", "cpu", "xpu", "mps", "npu")},
    "torch.nn.utils.skip_init": _SKIP_INIT,
    "torch.nn.utils.init.skip_init": _SKIP_INIT,
    "torch.Tensor": TENSOR,
    "torch.nn.Parameter": PARAMETER,
    "torch.nn.parameter.Parameter": PARAMETER,
    "torch.nn.Buffer": BUFFER,
    "torch.inf": float("inf"),
    "torch.pi": 3.141592653589793,
    "torch.Size": TYPES["tuple"],
    "torch.no_grad": Builtin("no_grad", identity_decorator),
    "torch.inference_mode": Builtin("inference_mode", identity_decorator),
    "torch.compile": Builtin("compile", identity_decorator),
    "torch.compiler.disable": Builtin("disable", identity_decorator),
    "torch.jit.script": Builtin("script", identity_decorator),
    "torch.jit.is_tracing": Builtin("is_tracing", lambda ev, args, kwargs: False),
    "torch.jit.is_scripting": Builtin("is_scripting", lambda ev, args, kwargs: False),
    "torch.compiler.is_compiling": Builtin("is_compiling", lambda ev, args, kwargs: False),
    "torch.cuda.is_available": Builtin("is_available", lambda ev, args, kwargs: False),
    "torch.is_autocast_enabled": Builtin("is_autocast_enabled", lambda ev, args, kwargs: False),
    "torch.get_default_dtype": Builtin("get_default_dtype", lambda ev, args, kwargs: External("torch.float32")),  # noqa: E501
    "torch.is_tensor": Builtin("is_tensor", lambda ev, args, kwargs: isinstance(args[0], Tensor)),
    "torch.is_floating_point": Builtin("is_floating_point", lambda ev, args, kwargs: "float" in (args[0].dtype or "float")),  # noqa: E501
    "torch.broadcast_shapes": Builtin("broadcast_shapes", lambda ev, args, kwargs: ev.unknown("broadcast_shapes")),  # noqa: E501
    "torch.autograd.Function": AUTOGRAD,
    "torch.autograd.function.Function": AUTOGRAD,
    "torch.distributions.normal.Normal": DISTRIBUTION,
    "torch.distributions.Normal": DISTRIBUTION,
    "torch.finfo": Builtin("finfo", lambda ev, args, kwargs: _limits("finfo", args)),
    "torch.iinfo": Builtin("iinfo", lambda ev, args, kwargs: _limits("iinfo", args)),
    "torch.utils.checkpoint.checkpoint": Builtin(
        "checkpoint", lambda ev, args, kwargs: ev.call(args[0], args[1:], {k: v for k, v in kwargs.items() if k != "use_reentrant"})  # noqa: E501
    ),
    "torch.version.cuda": None,
    "torch.__version__": "2.9.0",
    "numpy.ndarray": ClassValue("ndarray", (OBJECT,)),
}  # fmt: skip
