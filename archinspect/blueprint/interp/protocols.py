"""What a value has to offer: attributes by name, and those of the standard library's abstract classes."""

from __future__ import annotations

from archinspect.hints import Any

from .attributes import NAMELESS
from .types import ITERATOR, OBJECT
from .values import (
    MISSING,
    Builtin,
    ClassValue,
    External,
    Instance,
    ModuleObject,
    Raised,
    Tensor,
    Unknown,
    brief,
)

_SEQUENCES = (list, tuple, str, range, bytes)
_SETS = (set, frozenset)
_HOLDING = (*_SEQUENCES, *_SETS, dict)
_KINDS: dict[str, tuple[type, ...]] = {
    "Sequence": _SEQUENCES,
    "MutableSequence": (list,),
    "Set": _SETS,
    "MutableSet": (set,),
    "Iterable": _HOLDING,
    "Collection": _HOLDING,
    "Container": _HOLDING,
    "Sized": _HOLDING,
    "Reversible": (*_SEQUENCES, dict),
    "Number": (int, float, bool, complex),
    "Complex": (int, float, bool, complex),
    "Real": (int, float, bool),
    "Integral": (int, bool),
    "Rational": (int, bool),
}
_METHODS = {
    "Iterable": ("__iter__",),
    "Container": ("__contains__",),
    "Sized": ("__len__",),
    "Collection": ("__iter__", "__len__", "__contains__"),
    "Reversible": ("__reversed__",),
}


def _protocol(name: str) -> ClassValue:
    made = ClassValue(name, (OBJECT,))
    made.marks["protocol"] = name
    return made


PROTOCOLS: dict[str, ClassValue] = {
    name: _protocol(name) for name in (*_KINDS, "Callable", "Iterator", "Generator")
}


def offers(ev: Any, value: Any, name: str) -> bool:
    """Whether a value is an instance of the abstract class of this name."""
    if name == "Callable":
        return callable_(ev, value)
    if name in ("Iterator", "Generator"):
        return isinstance(value, Instance) and value.cls is ITERATOR
    if isinstance(value, Tensor):
        return name in ("Iterable", "Sized", "Container", "Collection", "Reversible")
    if isinstance(value, Instance):
        wanted = _METHODS.get(name)
        own = wanted is not None and all(value.cls.find(one) is not MISSING for one in wanted)
        return own or (value.native is not None and isinstance(value.native, _KINDS[name]))
    return type(value) in _KINDS[name]


def callable_(ev: Any, value: Any) -> bool:
    """``callable(value)``."""
    if isinstance(value, Instance):
        return isinstance(value, ModuleObject) or value.cls.find("__call__") is not MISSING
    return ev.callable(value) or isinstance(value, ClassValue | External)


def has_attribute(ev: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``hasattr(value, name)``: of an outside module true for what a table knows, else not known."""
    value, name = args
    if isinstance(value, Unknown):
        return value
    if isinstance(value, External | Builtin):
        known = isinstance(value, External) and type(ev.external(f"{value.path}.{name}")) is not External
        return True if known else ev.unknown(f"hasattr of {brief(value)}")
    try:
        return ev.find(value, name) is not MISSING
    except Raised as error:
        if error.value.cls.name != "AttributeError":
            raise
        return False


def names_of(ev: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``dir(module)``: what the module holds, and what its classes define."""
    value = args[0] if args else None
    if not isinstance(value, ModuleObject) or NAMELESS in value.attrs or value.cls.mark("part unknown"):
        return ev.unknown("dir()")
    tables = (value.attrs, value.params, value.buffers, value.children, *(one.ns for one in value.cls.mro))
    return sorted({name for table in tables for name in table})
