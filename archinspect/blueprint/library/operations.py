"""The tensor operations by torch's names for them."""

from __future__ import annotations

from functools import cache

from . import creation, pointwise
from .tensors import Rule

_PACKAGES = frozenset(("nn", "utils", "distributed", "autograd", "compiler", "jit", "backends", "version"))
_FIRST: dict[str, Rule] = {**creation.RULES, **pointwise.RULES}


@cache
def _further() -> dict[str, Rule]:
    """What forwards use and constructors hardly ever do: loaded when one of them is asked for."""
    from . import layout, products

    return {**layout.RULES, **products.RULES}


def operation_rule(name: str) -> Rule | None:
    """The shape rule of an operation, or None."""
    return _FIRST.get(name) or _further().get(name)


def is_operation(name: str) -> bool:
    """Whether torch's name, or the name of its in-place form, is an operation's."""
    return (name not in _PACKAGES and operation_rule(name) is not None) or written_in_place(name)


def written_in_place(name: str) -> bool:
    """Whether the name is an operation's with the underscore of its in-place form."""
    return name.endswith("_") and operation_rule(name[:-1]) is not None
