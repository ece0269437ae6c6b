"""Whether modules are built alike, so that one can stand for any of them where data picks which."""

from __future__ import annotations

from archinspect.blueprint.interp.values import BoundMethod, ModuleObject, Tensor, Unknown
from archinspect.hints import Any

_MAX_DEPTH = 12


def stand_in(ev: Any, members: list[Any]) -> ModuleObject | None:
    """The first of several modules that differ in nothing but their parameters' values; None when they may
    differ."""
    if not members or not all(isinstance(one, ModuleObject) for one in members):
        return None
    first = members[0]
    for other in members[1:]:
        ev.budget.tick()
        if other is not first and not _alike(ev, first, other, {id(first): id(other)}, 0):
            return None
    return first  # type: ignore[no-any-return]


def _alike(ev: Any, left: Any, right: Any, pairs: dict[int, int], depth: int) -> bool:
    """Same class, shapes and settings, all the way down. ``pairs``: modules already set side by side."""
    ev.budget.tick()
    return (
        depth < _MAX_DEPTH
        and left.cls is right.cls
        and left.tag == right.tag
        and list(left.children) == list(right.children)
        and list(left.params) == list(right.params)
        and list(left.buffers) == list(right.buffers)
        and list(left.attrs) == list(right.attrs)
        and all(_same_tensor(one, right.params[name]) for name, one in left.params.items())
        and all(_same_content(one, right.buffers[name]) for name, one in left.buffers.items())
        and all(
            _same_child(ev, one, right.children[name], pairs, depth) for name, one in left.children.items()
        )
        and all(_same_value(one, right.attrs[name], pairs, 0) for name, one in left.attrs.items())
    )


def _same_child(ev: Any, left: Any, right: Any, pairs: dict[int, int], depth: int) -> bool:
    if left is right:
        return not isinstance(left, Unknown)
    if not isinstance(left, ModuleObject) or not isinstance(right, ModuleObject):
        return False
    pairs[id(left)] = id(right)
    return _alike(ev, left, right, pairs, depth + 1)


def _same_tensor(left: Any, right: Any) -> bool:
    if not isinstance(left, Tensor) or not isinstance(right, Tensor):
        return left is None and right is None
    return left.shape is not None and None not in left.shape and left.shape == right.shape


def _same_content(left: Any, right: Any) -> bool:
    """Buffers are made, not loaded: which numbers they hold has to be known."""
    return left is right and not isinstance(left, Unknown)


def _same_value(left: Any, right: Any, pairs: dict[int, int], depth: int) -> bool:
    if isinstance(left, Unknown) or isinstance(right, Unknown) or depth > 3:
        return False
    if left is right:
        return True
    if type(left) is not type(right):
        return False
    if isinstance(left, bool | int | float | str):
        return bool(left == right)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(
            _same_value(a, b, pairs, depth + 1) for a, b in zip(left, right, strict=True)
        )
    if isinstance(left, BoundMethod):
        return left.func is right.func and pairs.get(id(left.self)) == id(right.self)
    return isinstance(left, ModuleObject) and pairs.get(id(left)) == id(right)
