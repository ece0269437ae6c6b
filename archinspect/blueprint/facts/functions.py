"""Activations by name, as numbers: one spelling per function."""

from __future__ import annotations

import math
from collections.abc import Callable

Function = Callable[[float], float]


def sigmoid(x: float) -> float:
    """1 / (1 + e^-x), without overflow."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def softplus(x: float) -> float:
    """log(1 + e^x)."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def gelu(x: float) -> float:
    """x times the normal distribution function."""
    return x * 0.5 * (1 + math.erf(x / math.sqrt(2)))


def gelu_tanh(x: float) -> float:
    """The tanh approximation of gelu."""
    return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


_SPELLINGS: dict[str, tuple[Function, tuple[str, ...]]] = {
    "silu": (lambda x: x * sigmoid(x), ("swish",)),
    "gelu": (gelu, ("gelu_python",)),
    "gelu_tanh": (
        gelu_tanh,
        ("gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_python_tanh", "gelu_accurate"),
    ),
    "quick_gelu": (lambda x: x * sigmoid(1.702 * x), ()),
    "relu": (lambda x: max(x, 0.0), ()),
    "relu2": (lambda x: max(x, 0.0) ** 2, ()),
    "relu6": (lambda x: min(max(x, 0.0), 6.0), ()),
    "leaky_relu": (lambda x: x if x > 0 else 0.01 * x, ()),
    "mish": (lambda x: x * math.tanh(softplus(x)), ()),
    "tanh": (math.tanh, ()),
    "sigmoid": (sigmoid, ()),
    "softplus": (softplus, ()),
    "gelu_10": (lambda x: min(max(gelu(x), -10.0), 10.0), ()),
    "linear": (lambda x: x, ()),
}
FUNCTIONS: dict[str, Function] = {
    spelling: function for name, (function, more) in _SPELLINGS.items() for spelling in (name, *more)
}
NAMES: dict[str, str] = {
    spelling: name for name, (_, more) in _SPELLINGS.items() for spelling in (name, *more)
}
ACTIVATIONS: dict[str, Function] = {name: function for name, (function, _) in _SPELLINGS.items()}


def swigluoai(gate: float, up: float) -> float:
    """The clamped gate of gpt-oss: (up + 1) gate sigmoid(1.702 gate), gate at most 7, up within 7."""
    gate, up = min(gate, 7.0), max(min(up, 7.0), -7.0)
    return gate * sigmoid(1.702 * gate) * (up + 1)
