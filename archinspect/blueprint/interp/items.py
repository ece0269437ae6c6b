"""Indexing, iterating, unpacking."""

from __future__ import annotations

from collections.abc import Iterable

from archinspect.hints import Any

from .budget import OutOfBoundsError
from .types import ITERATOR
from .values import (
    MISSING,
    ClassValue,
    External,
    FunctionValue,
    Instance,
    ModuleObject,
    Raised,
    StaticMethod,
    Tensor,
    Unknown,
    brief,
)


def getitem(ev: Any, owner: Any, key: Any) -> Any:
    """``owner[key]``."""
    kind = type(owner)
    if kind is Unknown:
        return owner
    if kind is Tensor:
        return ev.library.index(ev, owner, key)
    if type(key) is Unknown:
        return key
    if isinstance(owner, Instance):
        return _object_item(ev, owner, key)
    if kind is ClassValue:
        return _class_item(ev, owner, key)
    if kind is External:
        return owner
    if isinstance(key, Instance):
        key = key.native if key.native is not None and kind is not dict else key
    if isinstance(key, Tensor):
        return ev.unknown("a collection indexed by a tensor")
    if (
        kind is FunctionValue
    ):  # the launch of a kernel, which writes into its arguments: not to be passed over
        raise Raised(ev.exception("TypeError", f"{owner.code.name} is a function, and not subscriptable"))
    try:
        if kind is dict:
            return owner[hashable(ev, key)]
        if isinstance(key, slice) and any(
            isinstance(one, Unknown | Tensor) for one in (key.start, key.stop, key.step)
        ):
            return ev.unknown("a slice with unknown ends")
        return owner[key]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise Raised(ev.exception(type(error).__name__, brief(key))) from None


def _object_item(ev: Any, owner: Instance, key: Any) -> Any:
    method = owner.cls.find("__getitem__")
    if ev.callable(method):
        return ev.call(method, [owner, key], {})
    if owner.native is not None:
        return getitem(ev, owner.native, key)
    if owner.cls.find("__getattr__") is not None and isinstance(owner, ModuleObject):
        return ev.unknown(f"an item of a {owner.cls.name}")
    raise Raised(ev.exception("TypeError", f"{owner.cls.name!r} object is not subscriptable"))


def _class_item(ev: Any, owner: ClassValue, key: Any) -> Any:
    if owner.mark("enum"):
        members = ev.enum_members(owner)
        if isinstance(key, str) and key in members:
            return members[key]
        raise Raised(ev.exception("KeyError", brief(key)))
    return owner


def setitem(ev: Any, owner: Any, key: Any, value: Any) -> None:
    """``owner[key] = value``."""
    if isinstance(owner, Unknown | External | Tensor):
        if isinstance(owner, Tensor):
            ev.library.set_index(ev, owner, key, value)
        return
    if isinstance(key, Unknown):
        ev.note(key)
        return
    if isinstance(owner, Instance):
        method = owner.cls.find("__setitem__")
        if ev.callable(method):
            ev.call(method, [owner, key, value], {})
            return
        if owner.native is None:
            raise Raised(
                ev.exception("TypeError", f"{owner.cls.name!r} object does not support item assignment")
            )
        owner = owner.native
    try:
        if isinstance(owner, dict):
            key = hashable(ev, key)
            ev.journal_write(owner, key)
            owner[key] = value
            if not len(owner) & 4095:
                ev.budget.charge(len(owner))
        elif isinstance(owner, list):
            ev.journal_native(owner)
            if isinstance(key, slice):
                more = list(iterate(ev, value))
                ev.budget.charge(len(owner) + len(more))
                owner[key] = more
            else:
                owner[key] = value
        else:
            raise TypeError(f"{type(owner).__name__!r} object does not support item assignment")
    except (IndexError, TypeError, ValueError) as error:
        raise Raised(ev.exception(type(error).__name__, str(error)[:200])) from None


def delitem(ev: Any, owner: Any, key: Any) -> None:
    """``del owner[key]``."""
    if isinstance(owner, Instance):
        method = owner.cls.find("__delitem__")
        if ev.callable(method):
            ev.call(method, [owner, key], {})
            return
        owner = owner.native
    if not isinstance(owner, dict | list) or isinstance(key, Unknown):
        return
    ev.journal_native(owner)
    try:
        del owner[hashable(ev, key) if isinstance(owner, dict) else key]
    except (KeyError, IndexError, TypeError) as error:
        raise Raised(ev.exception(type(error).__name__, brief(key))) from None


def iterate(ev: Any, value: Any) -> Iterable[Any]:
    """The elements of a value, as a fixed snapshot of bounded length."""
    kind = type(value)
    if kind in (list, tuple, str, bytes):
        if len(value) > _MANY:
            ev.budget.charge(min(len(value), ev.budget.limits.length))
        return value if kind is not list else list(value)
    if kind is dict or kind is set or kind is frozenset:
        if len(value) > _MANY:
            ev.budget.charge(len(value))
        return list(value) if kind is dict else in_order(value)
    if kind is range:
        ev.budget.charge(value.stop - value.start if value.step == 1 else len_of(value))
        return value  # type: ignore[no-any-return]
    if kind is Unknown:
        return [value]
    if kind is Tensor:
        return _rows(ev, value)
    if isinstance(value, Instance):
        return _object_elements(ev, value)
    if kind is ClassValue and value.mark("enum"):
        return list(ev.enum_members(value).values())
    if kind is External:
        return [ev.unknown(f"an element of {value.path}")]
    raise Raised(ev.exception("TypeError", f"{kind.__name__!r} object is not iterable"))


def in_order(values: set[Any] | frozenset[Any]) -> list[Any]:
    """A set's elements in an order that is the same in every process: Python's own is not."""
    if len(values) < 2:
        return list(values)
    try:
        return sorted(values, key=lambda one: (type(one).__name__, one))
    except TypeError:
        return list(values)  # classes and the like, whose order is that of memory


MAX_NESTING = 100
_MANY = 4096
"""Collections of fewer elements are walked without counting them: each step of the walk counts."""


def len_of(value: range) -> int:
    """A range's length, whatever the size of its ends."""
    return max(0, (value.stop - value.start + value.step - (1 if value.step > 0 else -1)) // value.step)


CYCLE_LENGTH = 10_000


def iterator(ev: Any, values: list[Any], *, endless: bool = False) -> Instance:
    """``iter(values)`` or, endless, ``itertools.cycle(values)``."""
    made = Instance(ITERATOR)
    made.native = values
    made.attrs.update({"position": 0, "endless": endless})
    return made


def _rest(value: Instance) -> list[Any]:
    """What an iterator still gives, used up by asking; an endless one gives its first ten thousand."""
    items, position = value.native, value.attrs["position"]
    if value.attrs["endless"] and items:
        start = position % len(items)
        return (items[start:] + items * (CYCLE_LENGTH // len(items) + 1))[:CYCLE_LENGTH]  # type: ignore[no-any-return]
    value.attrs["position"] = len(items)
    return items[position:]  # type: ignore[no-any-return]


def advance(value: Instance) -> Any:
    """``next(iterator)``, or MISSING at its end."""
    items, position = value.native, value.attrs["position"]
    if not items or (position >= len(items) and not value.attrs["endless"]):
        return MISSING
    value.attrs["position"] = position + 1
    return items[position % len(items)]


def _object_elements(ev: Any, value: Instance) -> Iterable[Any]:
    if value.cls is ITERATOR:
        return _rest(value)
    method = value.cls.find("__iter__")
    if ev.callable(method):
        return iterate(ev, ev.call(method, [value], {}))
    if value.native is not None:
        return iterate(ev, value.native)
    if isinstance(value.cls.find("__getitem__"), FunctionValue) and isinstance(
        value.cls.find("__len__"), FunctionValue | StaticMethod
    ):
        count = ev.call(ev.getattr(value, "__len__"), [], {})
        if isinstance(count, int):
            ev.budget.charge(count)
            return [getitem(ev, value, one) for one in range(count)]
    raise Raised(ev.exception("TypeError", f"{value.cls.name!r} object is not iterable"))


def _rows(ev: Any, value: Tensor) -> list[Any]:
    if value.shape and value.shape[0] is not None:
        ev.budget.charge(value.shape[0])
        return [ev.library.index(ev, value, one) for one in range(value.shape[0])]
    return [ev.library.index(ev, value, ev.unknown("a position that depends on data"))]


def unpack(ev: Any, value: Any, count: int | None) -> Any:
    """The parts of ``a, b = value``; unknown when there are not that many to be known."""
    if isinstance(value, External):
        return ev.unknown(f"parts of {value.path}")
    if isinstance(value, Tensor) and (not value.shape or value.shape[0] is None):
        if count is None:
            return ev.unknown("unpacking a tensor of unknown size")
        return [ev.library.index(ev, value, one) for one in range(count)]
    parts = list(iterate(ev, value))
    if count is not None and len(parts) != count:
        raise Raised(ev.exception("ValueError", f"expected {count} values to unpack, got {len(parts)}"))
    return parts


def as_dict(ev: Any, value: Any) -> Any:
    """A mapping's content as a host dict, or unknown."""
    if isinstance(value, dict):
        return value
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Instance):
        if isinstance(value.native, dict):
            return value.native
        keys = value.cls.find("keys")
        if ev.callable(keys):
            return {key: getitem(ev, value, key) for key in iterate(ev, ev.call(keys, [value], {}))}
    if value is None:
        raise Raised(ev.exception("TypeError", "argument after ** must be a mapping, not NoneType"))
    return ev.unknown("a mapping that is not known")


def hashable(ev: Any, key: Any, depth: int = 0) -> Any:
    """A value as a key. Enum members and strings of the source compare as their value."""
    kind = type(key)
    if kind is str or kind is int or (kind is tuple and all(type(one) in (str, int) for one in key)):
        return key
    if isinstance(key, Instance) and key.native is not None and isinstance(key.native, str | int):
        return key.native
    if kind is tuple:
        if depth > MAX_NESTING:
            raise OutOfBoundsError(f"a key nested more than {MAX_NESTING} deep")
        return tuple(hashable(ev, one, depth + 1) for one in key)
    if kind in (list, dict, set, slice):
        raise Raised(ev.exception("TypeError", f"unhashable type: {kind.__name__!r}"))
    if kind is External:
        return key.path
    return key


def make_set(ev: Any, values: Iterable[Any]) -> Any:
    """A set of values."""
    made = set()
    for one in values:
        ev.budget.tick()
        if isinstance(one, Unknown):
            return one
        made.add(hashable(ev, one))
    return made
