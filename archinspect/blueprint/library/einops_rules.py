"""``einops``: a pattern becomes the reshapes, permutations and expansions it stands for."""

from __future__ import annotations

import re

from archinspect.blueprint.interp.values import Builtin, ClassValue, ModuleObject, Tensor
from archinspect.hints import Any

from .modules import MODULE
from .tensors import Size, product, size

Args = list[Any]
Kwargs = dict[str, Any]
Group = list[str]
_TOKEN = re.compile(r"\(|\)|\.\.\.|[A-Za-z_]\w*|\d+|(\S)")
_LONGEST = 300
_REST = "..."


def _side(text: str) -> list[Group] | None:
    """The groups of one side of a pattern, a group of one for a plain axis; None when it is no pattern."""
    groups: list[Group] = []
    inside: Group | None = None
    for match in _TOKEN.finditer(text):
        token = match.group()
        if match.group(1) is not None or (token == "(" and inside is not None):
            return None
        if token == "(":
            inside = []
        elif token == ")":
            if inside is None:
                return None
            groups.append(inside)
            inside = None
        elif inside is not None:
            inside.append(token)
        else:
            groups.append([token])
    return groups if inside is None else None


def _pattern(text: Any) -> tuple[list[Group], list[Group]] | None:
    if not isinstance(text, str) or len(text) > _LONGEST or text.count("->") != 1:
        return None
    left, right = (_side(one) for one in text.split("->"))
    if left is None or right is None:
        return None
    names = [name for group in left for name in group if not name.isdigit()]
    return (left, right) if len(names) == len(set(names)) else None


def _with_rest(groups: list[Group], rest: list[str]) -> list[Group] | None:
    """The groups with the axes that ``...`` stands for; None where it stands inside a group."""
    made: list[Group] = []
    for group in groups:
        if group == [_REST]:
            made.extend([one] for one in rest)
        elif _REST in group:
            return None
        else:
            made.append(group)
    return made


def _measure(shape: tuple[Size, ...], groups: list[Group], sizes: dict[str, Size]) -> dict[str, Size] | None:
    """The size of every axis of the left side; None when the pattern does not fit."""
    found: dict[str, Size] = dict(sizes)
    for whole, group in zip(shape, groups, strict=True):
        for name in group:
            if name.isdigit():
                found[name] = int(name)
        missing = [name for name in group if name not in found]
        if len(missing) > 1:
            return None
        if missing:
            rest = product(tuple(found[name] for name in group if name in found))
            found[missing[0]] = whole // rest if whole is not None and rest else None
    return found


def _rearranged(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    tensor, pattern = args[0], _pattern(args[1] if len(args) > 1 else kwargs.get("pattern"))
    if not isinstance(tensor, Tensor) or tensor.shape is None or pattern is None:
        return ev.unknown("a rearrangement of what is not known")
    left, right = pattern
    plain = sum(group != [_REST] for group in left)
    rest = [f"...{number}" for number in range(len(tensor.shape) - plain)] if [_REST] in left else []
    before, after = _with_rest(left, rest), _with_rest(right, rest)
    if before is None or after is None or len(before) != len(tensor.shape):
        return ev.unknown("a pattern that does not fit its tensor")
    given = {name: size(ev, value) for name, value in kwargs.items() if name != "pattern"}
    axes = _measure(tensor.shape, before, given)
    return (
        ev.unknown("a pattern that does not fit its tensor")
        if axes is None
        else _carry_out(ev, tensor, before, after, axes)
    )


def _carry_out(
    ev: Any, tensor: Tensor, before: list[Group], after: list[Group], axes: dict[str, Size]
) -> Any:
    """The operations one by one, each only where it changes something."""
    flat = [name for group in before for name in group if name != "1"]
    wanted = [name for group in after for name in group if name != "1"]
    if any(name not in flat and name not in axes for name in wanted) or len(set(wanted)) != len(wanted):
        return ev.unknown("a pattern whose axes are not known")
    if any(name not in wanted for name in flat):
        return ev.unknown("a pattern that drops an axis")
    made: Any = tensor
    if [[name] for name in flat] != before:
        made = _shaped(ev, made, [axes[name] for name in flat])
    kept = [name for name in wanted if name in flat]
    if kept != flat:
        order = [flat.index(name) for name in kept]
        swapped = [place for place, one in enumerate(order) if place != one]
        operation = ("transpose", swapped) if len(swapped) == 2 else ("permute", order)
        made = ev.tensor_operation(operation[0], [made, *operation[1]], {})
    for place, name in enumerate(wanted):
        if name not in flat:
            made = ev.tensor_operation("unsqueeze", [made, place], {})
    if kept != wanted:
        made = ev.tensor_operation("expand", [made, *[_known(ev, axes[name]) for name in wanted]], {})
    if [[name] for name in wanted] != after:
        made = _shaped(
            ev, made, [product(tuple(axes.get(n, 1) for n in group if n != "1")) for group in after]
        )
    return made


def _known(ev: Any, value: Size) -> Any:
    return value if value is not None else ev.unknown("the size of an axis")


def _shaped(ev: Any, tensor: Any, sizes: list[Size]) -> Any:
    """One size that is not known is left to the operation to work out."""
    lost = sizes.count(None)
    parts = [-1 if one is None and lost == 1 else _known(ev, one) for one in sizes]
    return ev.tensor_operation("reshape", [tensor, *parts], {})


def _layer(ev: Any, args: Args, kwargs: Kwargs) -> None:
    args[0].attrs.update({"pattern": args[1] if len(args) > 1 else None, "axes_lengths": dict(kwargs)})


def _run_layer(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    layer: ModuleObject = args[0]
    return _rearranged(ev, [args[1], layer.attrs.get("pattern")], layer.attrs.get("axes_lengths") or {})


REARRANGE = ClassValue("Rearrange", (MODULE,))
REARRANGE.ns["__init__"] = Builtin("__init__", _layer)
REARRANGE.ns["forward"] = Builtin("forward", _run_layer)
EINOPS: dict[str, Any] = {
    "einops.rearrange": Builtin("rearrange", _rearranged),
    "einops.repeat": Builtin("repeat", _rearranged),
    "einops.layers.torch.Rearrange": REARRANGE,
}
