"""QK norm: a norm between the projection of queries and keys and the scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .attention import Attention, heads_and_width
from .norms import Norm
from .unclear import UnclearError
from .view import View

_LOOSE = frozenset(("rsqrt", "norm", "normalize", "var", "std", "rms_norm", "layer_norm", "group_norm"))


def qk_norm(view: View, found: Mapping[int, Attention], norms: Mapping[int, Norm]) -> dict[str, Any] | None:
    """{"kind", "over"}, or None when neither queries nor keys are normed; equal in all layers that are."""
    sides = {
        layer: (_norm_of(view, one.query, norms), _norm_of(view, one.key, norms))
        for layer, one in found.items()
    }
    if all(left is None and right is None for left, right in sides.values()):
        return None
    answers = []
    for layer, (left, right) in sides.items():
        if left is None and right is None:
            raise UnclearError("some layers norm queries and keys and others do not", found[layer].location)
        if left is None or right is None or left.formula.kind != right.formula.kind:
            raise UnclearError("queries and keys are not normed alike", found[layer].location)
        answers.append((left.formula.kind, _over(view, found[layer], left)))
    if len(set(answers)) != 1:
        raise UnclearError("QK norm differs between the layers")
    return {"kind": answers[0][0], "over": answers[0][1]}


def _norm_of(view: View, node: int, norms: Mapping[int, Norm]) -> Norm | None:
    passed, _ = view.to_linears(node)
    view.clear(passed)
    found = [norms[one] for one in passed if one in norms]
    if len(found) > 1 and not _side_by_side(view, found):
        raise UnclearError("more than one norm before the scores", found[1].location)
    if found:
        return found[0]
    loose = [view.nodes[one] for one in passed if view.nodes[one].op in _LOOSE and view.kinds[one] == "data"]
    if loose:
        raise UnclearError(
            f"{loose[0].op} before the scores, of a norm that was not recognised", loose[0].location
        )
    return None


def _side_by_side(view: View, found: list[Norm]) -> bool:
    """Whether norms are alike and none reads another's output, as when each head has one of its own."""
    outputs = {norm.output for norm in found}
    alike = len({(norm.formula, norm.width) for norm in found}) == 1
    return alike and all(
        outputs.isdisjoint(view.back(norm.source, lambda one: one.id in view.linears)[0]) for norm in found
    )


def _over(view: View, one: Attention, norm: Norm) -> str:
    heads, width = heads_and_width(view, one.query)
    if norm.width == width:
        return "head"
    if norm.width == heads * width:
        return "full"
    raise UnclearError(f"a norm over {norm.width} before heads of {width}", norm.location)
