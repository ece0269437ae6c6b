"""Soft caps: c tanh(x / c) over attention scores or logits."""

from __future__ import annotations

from collections.abc import Mapping

from .attention import Attention
from .unclear import UnclearError, agreed
from .view import View


def final_cap(view: View) -> float | None:
    """c of c tanh(x / c) after the head; None when there is none."""
    head = view.reading.head_path
    calls = view.trace.calls_at(head) if head is not None else []
    if len(calls) != 1 or not calls[0].outputs:
        raise UnclearError("the output head is not called once")
    return cap_after(view, calls[0].outputs[0])


def cap_after(view: View, node: int) -> float | None:
    """The factor of a tanh that a node goes through, before anything that is not a factor; None when there
    is none."""
    seen, todo = {node}, [node]
    while todo:
        for reader in view.trace.consumers(todo.pop()):
            one = view.nodes[reader]
            if one.op == "tanh" or (one.op == "activation" and one.meta.get("name") == "tanh"):
                return _factor(view, reader)
            if one.op in ("mul", "div", "getitem", "view", "reshape") and reader not in seen:
                seen.add(reader)
                todo.append(reader)
    return None


def _factor(view: View, bend: int) -> float:
    for reader in view.trace.consumers(bend):
        one = view.nodes[reader]
        numbers = [arg for arg in one.args if isinstance(arg, int | float) and not isinstance(arg, bool)]
        if one.op == "mul" and numbers:
            return float(numbers[0])
    raise UnclearError("a tanh without a constant factor", view.nodes[bend].location)


def score_cap(view: View, found: Mapping[int, Attention]) -> float | None:
    """The cap on the scores, equal in all layers; None when there is none."""
    caps: list[float | None] = []
    for one in found.values():
        if view.nodes[one.node].op == "sdpa":
            # torch's function neither caps its scores nor lets anyone else see them.
            caps.append(None)
            continue
        if one.scores is None:
            raise UnclearError("scores within a library function", one.location)
        caps.append(cap_after(view, one.scores))
    cap: float | None = agreed(caps, "attention_logit_softcapping")
    return cap
