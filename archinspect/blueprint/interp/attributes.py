"""Reading, setting and deleting attributes: the one way to them, with a closed rule for every kind of
value.
"""

from __future__ import annotations

from archinspect.hints import Any

from . import callable_attributes, natives, objects, properties
from .namespace import Namespace
from .types import type_of
from .values import (
    MISSING,
    BoundMethod,
    Builtin,
    ClassMethod,
    ClassValue,
    ConfigObject,
    External,
    FunctionValue,
    Instance,
    ModuleObject,
    Partial,
    PropertyValue,
    Raised,
    StaticMethod,
    Super,
    Tensor,
    Unknown,
)

NAMELESS = "__nameless__"
"""Where an attribute is kept whose name is not known: any name that is not bound may be it."""


def get(ev: Any, value: Any, name: str) -> Any:
    """``value.name``. Raises the interpreted AttributeError."""
    found = find(ev, value, name)
    if found is MISSING:
        if type(value) is Tensor and name[:1] != "_":
            return ev.library.unknown_method(value, name)
        owner = value.name if isinstance(value, ClassValue) else type_of(value).name
        raise Raised(ev.exception("AttributeError", f"{owner!r} object has no attribute {name!r}"))
    return found


def find(ev: Any, value: Any, name: str) -> Any:
    """``value.name`` or MISSING."""
    rule = RULES.get(type(value))
    if rule is not None:
        return rule(ev, value, name)
    if name == "__class__":
        return type_of(value)
    return natives.method(ev, value, name)


def _module_object(ev: Any, value: ModuleObject, name: str) -> Any:
    if name in ev.watched:
        ev.seen = True
    raw = value.cls.find(name)
    if type(raw) is PropertyValue:
        return _property(ev, value, raw)
    for table in (value.attrs, value.params, value.children, value.buffers):
        if name in table:
            return table[name]
    if raw is not MISSING:
        return bind(raw, value, value.cls)
    return _special(ev, value, name)


def _instance(ev: Any, value: Instance, name: str) -> Any:
    raw = value.cls.find(name)
    if type(raw) is PropertyValue:
        return _property(ev, value, raw)
    if name in value.attrs:
        return value.attrs[name]
    if raw is not MISSING:
        return bind(raw, value, value.cls)
    return _special(ev, value, name)


def _config(ev: Any, value: ConfigObject, name: str) -> Any:
    aliases = value.cls.find("attribute_map")
    if type(aliases) is dict and name in aliases and name != "attribute_map":
        name = aliases[name]
    if name in value.attrs:
        ev.config_read(value, name)
    raw = value.cls.find(name)
    if type(raw) is PropertyValue:
        return properties.read(ev, value, raw)
    if name in value.attrs:
        return value.attrs[name]
    if raw is not MISSING:
        if not isinstance(raw, FunctionValue | Builtin | ClassMethod | StaticMethod):
            ev.config_read(value, name)
        return bind(raw, value, value.cls)
    if name[:1] != "_":
        ev.config_read(value, name)
    return _special(ev, value, name)


def _property(ev: Any, value: Any, raw: PropertyValue) -> Any:
    owner = value.cls if raw.of_class else value
    return ev.call(raw.fget, [owner], {})


def _special(ev: Any, value: Instance, name: str) -> Any:
    if NAMELESS in value.attrs:
        return value.attrs[NAMELESS]
    if name == "__class__":
        return value.cls
    if name == "__dict__":
        every_key_read(ev, value)
        return value.attrs
    if name[:2] != "__":
        fallback = value.cls.find("__getattr__")
        if type(fallback) is FunctionValue:
            return ev.call(fallback, [value, name], {})
    if value.native is not None:
        found = natives.method(ev, value.native, name)
        if found is not MISSING:
            return found
    return objects.object_method(ev, value, name)


def every_key_read(ev: Any, value: Instance) -> None:
    """Who takes all attributes of a config may read any key of it."""
    if isinstance(value, ConfigObject) and ev.recording:
        for name in list(value.attrs):
            ev.config_read(value, name)


def bind(raw: Any, value: Any, cls: ClassValue) -> Any:
    """A class attribute as read on an object (``value`` None: on the class)."""
    kind = type(raw)
    if kind is FunctionValue or kind is Builtin:
        return BoundMethod(raw, value) if value is not None else raw
    if kind is ClassMethod:
        return BoundMethod(raw.func, cls)
    if kind is StaticMethod:
        return raw.func
    return raw


_CLASS_NAMES = {
    "__name__": lambda cls: cls.name,
    "__qualname__": lambda cls: cls.qualname,
    "__mro__": lambda cls: cls.mro,
    "__bases__": lambda cls: cls.bases,
    "__doc__": lambda cls: None,
    "__module__": lambda cls: cls.module.name if cls.module is not None else "builtins",
    "__dict__": lambda cls: dict(cls.ns),
    "__class__": type_of,
}


def _class(ev: Any, value: ClassValue, name: str) -> Any:
    raw = value.find(name)
    if raw is not MISSING:
        if type(raw) is PropertyValue and raw.of_class:
            return ev.call(raw.fget, [value], {})
        return bind(raw, None, value)
    if name in _CLASS_NAMES:
        return _CLASS_NAMES[name](value)
    if name == "__members__" and value.mark("enum"):
        return dict(ev.enum_members(value))
    if value.native is not None:
        return natives.unbound(ev, value.native, name)
    return objects.class_method(ev, value, name)


def _super(ev: Any, value: Super, name: str) -> Any:
    owner = value.self
    chain = value.start.mro
    position = chain.index(value.after) + 1 if value.after in chain else len(chain)
    for cls in chain[position:]:
        if name in cls.ns:
            raw = cls.ns[name]
            if type(raw) is PropertyValue:
                return _property(ev, owner, raw)
            if isinstance(owner, ClassValue):
                return bind(raw, owner if name in {"__new__"} else None, owner)
            return bind(raw, owner, value.start)
    if isinstance(owner, Instance) and owner.native is not None:
        found = natives.method(ev, owner.native, name)
        if found is not MISSING:
            return found
    return objects.object_method(ev, owner, name)


RULES: dict[type, Any] = {
    ModuleObject: _module_object,
    Instance: _instance,
    ConfigObject: _config,
    ClassValue: _class,
    Super: _super,
    FunctionValue: callable_attributes.of_function,
    BoundMethod: callable_attributes.of_method,
    Builtin: callable_attributes.of_builtin,
    PropertyValue: callable_attributes.of_property,
    Partial: callable_attributes.of_partial,
    Unknown: lambda ev, value, name: value,
    External: lambda ev, value, name: ev.external(f"{value.path}.{name}"),
    Namespace: lambda ev, value, name: value.attribute(name),
    Tensor: lambda ev, value, name: ev.tensor_attribute(value, name),
}


def set_(ev: Any, owner: Any, name: str, value: Any) -> None:
    """``owner.name = value``."""
    kind = type(owner)
    if kind is ModuleObject:
        raw = owner.cls.find(name)
        if type(raw) is PropertyValue and raw.fset is not None:
            ev.call(raw.fset, [owner, value], {})
        else:
            ev.set_module_attribute(owner, name, value)
    elif kind is ConfigObject:
        _set_config(ev, owner, name, value)
    elif kind is Instance:
        raw = owner.cls.find(name)
        if type(raw) is PropertyValue and raw.fset is not None:
            ev.call(raw.fset, [owner, value], {})
        elif type(custom := owner.cls.find("__setattr__")) is FunctionValue:
            ev.call(custom, [owner, name, value], {})
        else:
            ev.journal_write(owner.attrs, name)
            owner.attrs[name] = value
    elif kind is ClassValue:
        ev.set_class_attribute(owner, name, value)
    elif kind is Namespace:
        owner.vars[name] = value
    elif kind is FunctionValue:
        owner.attrs = {**(owner.attrs or {}), name: value}
    elif kind is Tensor and name == "data" and isinstance(value, Tensor):
        owner.shape = value.shape


def _set_config(ev: Any, owner: ConfigObject, name: str, value: Any) -> None:
    aliases = owner.cls.find("attribute_map")
    if type(aliases) is dict and name in aliases:
        name = aliases[name]
    raw = owner.cls.find(name)
    if type(raw) is PropertyValue:
        if raw.fset is None:
            raise Raised(ev.exception("AttributeError", f"can't set attribute {name!r}"))
        ev.call(raw.fset, [owner, value], {})
        return
    ev.journal_write(owner.attrs, name)
    _rewritten(ev, owner)
    owner.attrs[name] = value


def _rewritten(ev: Any, config: ConfigObject) -> None:
    config.version += 1
    if ev.rewritten is not None:
        ev.rewritten.append(config)


def delete(ev: Any, owner: Any, name: str) -> None:
    """``del owner.name``."""
    tables: tuple[dict[str, Any], ...] = ()
    if isinstance(owner, ModuleObject):
        tables = (owner.children, owner.params, owner.buffers, owner.attrs)
    elif isinstance(owner, Instance):
        tables = (owner.attrs,)
    elif isinstance(owner, ClassValue) and name in owner.ns:
        ev.set_class_attribute(owner, name, MISSING)
        return
    for table in tables:
        if name in table:
            ev.journal_write(table, name)
            if isinstance(owner, ConfigObject):
                _rewritten(ev, owner)
            del table[name]
            return
    if tables:
        raise Raised(ev.exception("AttributeError", name))
