"""Norms inside a sublayer, as BitNet has them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from archinspect.blueprint.trace import Node

from .attention import Attention
from .feed_forward import FeedForward
from .norms import Norm
from .unclear import UnclearError
from .view import View


def sub_norm(
    view: View,
    found: Mapping[int, Attention],
    norms: Mapping[int, Norm],
    pairs: Mapping[int, list[FeedForward]],
) -> bool:
    """Whether a norm stands inside attention (after the values are mixed) or inside the feed-forward."""
    if any(one.normed for layer in pairs.values() for one in layer):
        return True
    for one in found.values():
        if one.o_linear is None:
            raise UnclearError("no projection after attention", one.location)
        passed, _ = view.back(one.o_linear.data, partial(_ends, view, one.mixed))
        view.clear(passed)
        if any(node in norms for node in passed):
            return True
    return False


def _ends(view: View, mixed: frozenset[int], node: Node) -> bool:
    return node.id in mixed or node.id in view.linears
