"""Dataclasses: fields, defaults and the generated initialiser."""

from __future__ import annotations

import ast

from archinspect.hints import Any

from . import types
from .values import (
    MISSING,
    Builtin,
    ClassValue,
    FunctionValue,
    Instance,
    PropertyValue,
    Raised,
)


def dataclass_fields(ev: Any, cls: ClassValue) -> list[tuple[str, Any]]:
    """A dataclass's fields in order with their defaults (MISSING for none; a Field object for
    ``field(...)``).
    """
    if cls.fields is None:
        found: dict[str, Any] = {}
        for one in reversed(cls.mro):
            if not one.dataclass:
                continue
            for name, annotation in one.annotations.items():
                if _is_field(annotation):
                    found[name] = one.ns.get(name, MISSING)
            for name in found:
                if (
                    name in one.ns
                    and name not in one.annotations
                    and not isinstance(one.ns[name], PropertyValue)
                ):
                    found[name] = one.ns[name] if one is cls or one.annotations else found[name]
        cls.fields = list(found.items())
    return cls.fields


def _is_field(annotation: Any) -> bool:
    if isinstance(annotation, ast.Subscript):
        annotation = annotation.value
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return not annotation.value.startswith(("ClassVar", "typing.ClassVar", "InitVar"))
    name = annotation.id if isinstance(annotation, ast.Name) else getattr(annotation, "attr", "")
    return name not in {"ClassVar", "InitVar", "KW_ONLY"}


def field_default(ev: Any, default: Any) -> Any:
    """The value a field starts with, or MISSING."""
    if isinstance(default, Instance) and default.cls is FIELD:
        factory = default.attrs.get("default_factory", MISSING)
        return ev.call(factory, [], {}) if factory is not MISSING else default.attrs.get("default", MISSING)
    return default


def is_given(default: Any) -> bool:
    """Whether a field of this default is a parameter of the initialiser: not ``field(init=False)``."""
    return not (isinstance(default, Instance) and default.cls is FIELD and default.attrs.get("init") is False)


def dataclass_init(ev: Any, args: list[Any], kwargs: dict[str, Any]) -> None:
    """The ``__init__`` that ``@dataclass`` generates."""
    self_, rest = args[0], args[1:]
    fields = dataclass_fields(ev, self_.cls)
    taken = [name for name, default in fields if is_given(default)]
    given = dict(zip(taken, rest, strict=False)) | kwargs
    unknown = [name for name in given if name not in taken]
    if unknown:
        raise Raised(
            ev.exception("TypeError", f"{self_.cls.name}() got an unexpected keyword argument {unknown[0]!r}")
        )
    for name, default in fields:
        value = given[name] if name in given else field_default(ev, default)
        if value is MISSING and not is_given(default):
            continue  # for ``__post_init__`` to set
        if value is MISSING:
            raise Raised(ev.exception("TypeError", f"{self_.cls.name}() missing required argument {name!r}"))
        ev.setattr(self_, name, value)
    after = self_.cls.find("__post_init__")
    if isinstance(after, FunctionValue | Builtin):
        ev.call(after, [self_], {})


FIELD = ClassValue("Field", (types.OBJECT,))
DATACLASS_INIT = Builtin("__init__", dataclass_init)


def make_dataclass(ev: Any, cls: Any) -> Any:
    """``@dataclass`` on a class."""
    if isinstance(cls, ClassValue) and cls.module is not None:
        cls.dataclass = True
        cls.fields = None
        cls.ns.setdefault("__init__", DATACLASS_INIT)
        ev.library.class_made(ev, cls)
        cls.cache.clear()
    return cls
