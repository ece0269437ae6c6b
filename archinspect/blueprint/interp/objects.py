"""What every object and class has, whatever else it is."""

from __future__ import annotations

from collections.abc import Callable

from archinspect.hints import Any

from .values import MISSING, BoundMethod, Builtin, ClassValue, Instance

_OBJECT: dict[str, Callable[[Any, list[Any], dict[str, Any]], Any]] = {
    "__init__": lambda ev, args, kwargs: None,
    "__init_subclass__": lambda ev, args, kwargs: None,
    "__post_init__": lambda ev, args, kwargs: None,
    "__getattribute__": lambda ev, args, kwargs: ev.getattr(args[0], args[1]),
    "__setattr__": lambda ev, args, kwargs: _set_plainly(ev, args[0], args[1], args[2]),
    "__delattr__": lambda ev, args, kwargs: ev.delattr(args[0], args[1]),
    "__eq__": lambda ev, args, kwargs: args[0] is args[1],
    "__new__": lambda ev, args, kwargs: _new(ev, args),
}


def _set_plainly(ev: Any, owner: Any, name: Any, value: Any) -> None:
    if isinstance(owner, Instance) and isinstance(name, str):
        ev.journal_write(owner.attrs, name)
        owner.attrs[name] = value


def _new(ev: Any, args: list[Any]) -> Any:
    from .classes import blank

    if isinstance(args[0], ClassValue):
        return blank(ev, args[0], list(args[1:]))
    return ev.unknown("__new__ of something that is not a class")


def object_method(ev: Any, value: Any, name: str) -> Any:
    """What every object has: bound to it."""
    run = _OBJECT.get(name)
    if run is None or (
        name == "__post_init__" and isinstance(value, Instance) and value.cls.dataclass is False
    ):
        return MISSING
    if name == "__new__":
        return Builtin(name, run)
    return BoundMethod(Builtin(name, run), value)


def class_method(ev: Any, value: Any, name: str) -> Any:
    """What every class has, read on the class."""
    run = _OBJECT.get(name)
    if name == "__init_subclass__":
        return Builtin(name, lambda e, args, kwargs: None)
    return Builtin(name, run) if run is not None and name != "__post_init__" else MISSING
