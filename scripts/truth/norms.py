"""What a norm module computes, by evaluating a copy of it on real numbers."""

import copy
from dataclasses import dataclass

import torch
from torch import nn

from truth.tracer import Tracer


@dataclass(frozen=True)
class NormKind:
    """`kind` is RMSNorm, LayerNorm or L2Norm; `scaled` by a weight; `unit`: by 1 + weight; `bias` added."""

    kind: str
    scaled: bool
    unit: bool
    bias: bool
    eps: float | None

    @property
    def label(self) -> str:
        """As norm_type spells it."""
        return self.kind if self.scaled else f"{self.kind} (no affine)"


def norm_kind(module: nn.Module, width: int) -> NormKind | None:
    """What a module without children computes on vectors of this width; None when it is no norm."""
    parameters = dict(module.named_parameters(recurse=False))
    if (
        any(True for _ in module.children())
        or len(parameters) > 2
        or any(p.numel() != width for p in parameters.values())
    ):
        return None
    torch.manual_seed(0)
    try:
        return _evaluate(module, width, [n for n, p in parameters.items()])
    except Exception:  # whatever it is, it does not take one tensor
        return None


def _evaluate(module: nn.Module, width: int, names: list[str]) -> NormKind | None:
    x = torch.randn(4, width, dtype=torch.float64) * 3 + 2
    bias = next((n for n in names if "bias" in n), None)
    weight = next((n for n in names if n != bias), None)
    real = _copy(module, {weight: 0.5, bias: 0.0})
    out = real(x).double()
    for kind, base in (
        ("RMSNorm", _rms(x)),
        ("LayerNorm", _layer(x)),
        ("L2Norm", x / x.norm(dim=-1, keepdim=True)),
    ):
        for factor in (0.5, 1.5) if weight else (1.0,):
            if torch.allclose(out, factor * base, rtol=2e-3, atol=2e-3):
                shifted = bool(bias) and not torch.allclose(
                    _copy(module, {weight: 0.5, bias: 4.0})(x).double(), out
                )
                return NormKind(kind, bool(weight), factor == 1.5, shifted, _eps(real, kind, factor, width))
    return None


def _copy(module: nn.Module, values: dict[str | None, float]) -> nn.Module:
    real = copy.deepcopy(module).to_empty(device="cpu").double()
    for name, parameter in real.named_parameters(recurse=False):
        parameter.data.fill_(values[name])
    return real


def _eps(module: nn.Module, kind: str, factor: float, width: int) -> float | None:
    """From vectors so small that eps decides: out = factor x / sqrt(mean x^2 + eps)."""
    if kind == "L2Norm":
        return None
    found = []
    for scale in (1e-4, 1e-3, 1e-5):
        x = torch.ones(1, width, dtype=torch.float64) * scale
        x[0, ::2] *= -1
        if width % 2:
            return None
        out = module(x).double()
        eps = ((factor * x / out) ** 2 - scale**2).mean().item()
        found.append(eps)
    eps = found[0]
    rounded = float(f"{eps:.5g}")
    near = [e for e in found if abs(e - eps) < 0.05 * abs(eps) + 1e-13]
    return rounded if len(near) == len(found) else None


def _rms(x: torch.Tensor) -> torch.Tensor:
    return x / x.pow(2).mean(-1, keepdim=True).sqrt()


def _layer(x: torch.Tensor) -> torch.Tensor:
    centred = x - x.mean(-1, keepdim=True)
    return centred / centred.pow(2).mean(-1, keepdim=True).sqrt()


class Norms:
    """The norm of every module call of a trace, each kind of module evaluated once."""

    def __init__(self, tracer: Tracer) -> None:
        self.of: dict[int, NormKind] = {}
        self.widths: dict[int, int] = {}
        known: dict[tuple[object, ...], NormKind | None] = {}
        for call in tracer.calls:
            if not call.inputs or len(call.outputs) != 1 or next(call.module.children(), None) is not None:
                continue
            width = int(
                tracer.nodes[call.inputs[0]].outputs[0].shape[-1]
                if tracer.nodes[call.inputs[0]].outputs[0].dim()
                else 0
            )
            simple = tuple(
                sorted(
                    (k, str(v))
                    for k, v in vars(call.module).items()
                    if isinstance(v, (int, float, str, bool))
                )
            )
            own = tuple((n, tuple(p.shape)) for n, p in call.module.named_parameters(recurse=False))
            key = (type(call.module), width, simple, own)
            if key not in known:
                known[key] = norm_kind(call.module, width)
            if found := known[key]:
                self.of[call.id] = found
                self.widths[call.id] = width
