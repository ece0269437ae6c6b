"""What can be read on functions, methods and properties."""

from __future__ import annotations

from archinspect.hints import Any

from .values import MISSING, BoundMethod, Builtin, FunctionValue, Partial, PropertyValue


def of_function(ev: Any, value: FunctionValue, name: str) -> Any:
    """A function of the source."""
    if value.attrs is not None and name in value.attrs:
        return value.attrs[name]
    if name in {"__name__", "__qualname__"}:
        return value.code.name
    if name in {"__wrapped__", "__func__"}:
        return value
    if name == "__doc__":
        return None
    if name == "__module__":
        return value.module.name
    return MISSING


def of_method(ev: Any, value: BoundMethod, name: str) -> Any:
    """A bound method: itself, its object, and what its function has."""
    if name == "__func__":
        return value.func
    if name == "__self__":
        return value.self
    return ev.find(value.func, name)


def of_property(ev: Any, value: PropertyValue, name: str) -> Any:
    """A property, as decorators and descriptors read it."""
    if name == "setter":
        return Builtin(
            "setter", lambda e, args, kw: PropertyValue(value.fget, args[0], of_class=value.of_class)
        )
    if name in {"getter", "deleter"}:
        return Builtin(name, lambda e, args, kw: value)
    if name == "__set__":
        return Builtin(name, lambda e, args, kw: e.call(value.fset, args[:2], {}))
    if name == "__get__":
        return Builtin(name, lambda e, args, kw: e.call(value.fget, args[:1], {}))
    return {"fget": value.fget, "fset": value.fset}.get(name, MISSING)


def of_partial(ev: Any, value: Partial, name: str) -> Any:
    """``functools.partial``: its parts."""
    return {"func": value.func, "args": tuple(value.args), "keywords": value.kwargs}.get(name, MISSING)


def of_builtin(ev: Any, value: Builtin, name: str) -> Any:
    """What a real function of that name carries besides its name is not known."""
    if name in {"__name__", "__qualname__"}:
        return value.name
    return ev.unknown(f"{name} of the function {value.name}"[:200])
