"""Further layers of torch.nn: without parameters, and recurrent ones."""

from __future__ import annotations

from archinspect.blueprint.interp.values import ModuleObject, Tensor, Unknown
from archinspect.hints import Any

from . import multihead as _multihead  # noqa: F401 - gives LAYERS its class
from .layers import LAYERS, Signature, define, parameter, plain
from .pointwise import pieces
from .refusals import probability
from .tensors import emit, size

Args = list[Any]
Kwargs = dict[str, Any]


def _operand(args: Args, kwargs: Kwargs) -> Any:
    return args[0] if args else next(iter(kwargs.values()), None)


def _identity(ev: Any, self_: ModuleObject, args: Args, kwargs: Kwargs) -> Any:
    return _operand(args, kwargs)


def _drops(ev: Any, self_: ModuleObject, v: dict[str, Any]) -> None:
    probability(ev, v["p"])


plain("Identity", (), _identity)
for _name in (
    "Dropout",
    "Dropout1d",
    "Dropout2d",
    "Dropout3d",
    "AlphaDropout",
    "FeatureAlphaDropout",
):
    define(_name, (("p", 0.5), ("inplace", False)), _drops, _identity)


def _operation(op: str) -> Any:
    def run(ev: Any, self_: ModuleObject, args: Args, kwargs: Kwargs) -> Any:
        options = {
            key: value
            for key, value in self_.attrs.items()
            if key in _OPTIONS.get(op, ()) and value is not None
        }
        return ev.library.operation(ev, op, [_operand(args, kwargs)], options)

    return run


_OPTIONS = {"gelu": ("approximate",), "softmax": ("dim",), "log_softmax": ("dim",), "glu": ("dim",)}
_ACTIVATIONS: dict[str, tuple[str, Signature]] = {
    "SiLU": ("silu", (("inplace", False),)),
    "GELU": ("gelu", (("approximate", "none"),)),
    "ReLU": ("relu", (("inplace", False),)),
    "ReLU6": ("relu6", (("inplace", False),)),
    "Sigmoid": ("sigmoid", ()),
    "Tanh": ("tanh", ()),
    "Softplus": ("softplus", (("beta", 1.0), ("threshold", 20.0))),
    "Mish": ("mish", (("inplace", False),)),
    "ELU": ("elu", (("alpha", 1.0), ("inplace", False))),
    "LeakyReLU": ("leaky_relu", (("negative_slope", 0.01), ("inplace", False))),
    "Hardswish": ("hardswish", (("inplace", False),)),
    "Hardsigmoid": ("hardsigmoid", (("inplace", False),)),
    "Hardtanh": ("hardtanh", (("min_val", -1.0), ("max_val", 1.0))),
    "LogSigmoid": ("logsigmoid", ()),
    "SELU": ("selu", (("inplace", False),)),
    "CELU": ("celu", (("alpha", 1.0),)),
    "Softsign": ("softsign", ()),
    "GLU": ("glu", (("dim", -1),)),
    "Softmax": ("softmax", (("dim", None),)),
    "LogSoftmax": ("log_softmax", (("dim", None),)),
    "Flatten": ("flatten", (("start_dim", 1), ("end_dim", -1))),
}
for _name, (_op, _signature) in _ACTIVATIONS.items():
    plain(_name, _signature, _operation(_op))


def _shapeless(op: str) -> Any:
    def run(ev: Any, self_: ModuleObject, args: Args, kwargs: Kwargs) -> Any:
        x = _operand(args, kwargs)
        if not isinstance(x, Tensor):
            return x if isinstance(x, Unknown) else ev.unknown(op)
        shape = (*x.shape[:2], *(None for _ in x.shape[2:])) if x.shape is not None else None
        return emit(ev, op, [x], shape, dtype=x.dtype)

    return run


_WINDOWED = [
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d",
    "Upsample",
    "ZeroPad2d",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ConstantPad1d",
    "ConstantPad2d",
    "PixelShuffle",
    "PixelUnshuffle",
    "Unfold",
    "Fold",
    "ReplicationPad1d",
]
for _name in _WINDOWED:
    plain(_name, (("kernel_size", None), ("stride", None), ("padding", 0)), _shapeless(_name.lower()))
_LOSSES = [
    "CrossEntropyLoss",
    "MSELoss",
    "BCEWithLogitsLoss",
    "BCELoss",
    "L1Loss",
    "NLLLoss",
    "CTCLoss",
    "KLDivLoss",
    "SmoothL1Loss",
    "HuberLoss",
    "CosineSimilarity",
    "TripletMarginLoss",
]
for _name in _LOSSES:
    plain(_name, (), _shapeless(_name.lower()))


def _prelu(ev: Any, self_: ModuleObject, v: dict[str, Any]) -> None:
    parameter(ev, self_, "weight", (size(ev, v["num_parameters"]),))


define("PReLU", (("num_parameters", 1), ("init", 0.25)), _prelu, _operation("prelu"))


def _recurrent(gates: int) -> Any:
    def build(ev: Any, self_: ModuleObject, v: dict[str, Any]) -> None:
        wide, hidden, layers = (size(ev, v[key]) for key in ("input_size", "hidden_size", "num_layers"))
        ways = 2 if ev.truth(v["bidirectional"]) else 1
        rows = hidden * gates if hidden is not None else None
        narrow = size(ev, v.get("proj_size")) or None
        state = hidden if narrow is None else narrow
        ev.budget.charge(layers or 0)
        for layer in range(layers or 0):
            inside = wide if layer == 0 else state * ways if state is not None else None
            for suffix in ("", "_reverse")[:ways]:
                parameter(ev, self_, f"weight_ih_l{layer}{suffix}", (rows, inside))
                parameter(ev, self_, f"weight_hh_l{layer}{suffix}", (rows, state))
                if ev.truth(v["bias"]):
                    parameter(ev, self_, f"bias_ih_l{layer}{suffix}", (rows,))
                    parameter(ev, self_, f"bias_hh_l{layer}{suffix}", (rows,))
                if narrow is not None:
                    parameter(ev, self_, f"weight_hr_l{layer}{suffix}", (narrow, hidden))

    return build


def _run_recurrent(name: str) -> Any:
    def run(ev: Any, self_: ModuleObject, args: Args, kwargs: Kwargs) -> Any:
        """The outputs of every step, and the last state (of an LSTM: two)."""
        x, attrs = _operand(args, kwargs), self_.attrs
        first, both = (ev.truth(attrs.get(key)) for key in ("batch_first", "bidirectional"))
        wide, count = (size(ev, attrs.get(key)) for key in ("hidden_size", "num_layers"))
        plain = isinstance(x, Tensor) and x.shape is not None and len(x.shape) == 3
        if not plain or first is None or both is None or not wide or not count or attrs.get("proj_size"):
            return emit(ev, name, [x], None), ev.unknown("the state of a recurrent layer")
        ways, steps = 2 if both else 1, 1 if first else 0
        shape, state = (*x.shape[:2], wide * ways), (count * ways, x.shape[1 - steps], wide)
        whole = emit(ev, name, [x], shape, dtype=x.dtype, meta={"steps": steps})
        out, *states = pieces(ev, whole, [shape, *[state] * (2 if name == "lstm" else 1)])
        return out, tuple(states) if name == "lstm" else states[0]

    return run


for _name, _gates in (("LSTM", 4), ("GRU", 3), ("RNN", 1)):
    _RECURRENT: Signature = (
        ("input_size", None), ("hidden_size", None), ("num_layers", 1), ("bias", True), ("batch_first", False), ("dropout", 0.0),  # noqa: E501
        ("bidirectional", False),
    )  # fmt: skip
    define(_name, _RECURRENT, _recurrent(_gates), _run_recurrent(_name.lower()))


ATTENTIONLESS = frozenset(one.lower() for one in (*_WINDOWED, *_LOSSES, "LSTM", "GRU", "RNN"))
"""Operations that are layers here and nothing else: none of them is attention."""
__all__ = ["ATTENTIONLESS", "LAYERS"]
