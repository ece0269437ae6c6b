"""Classes: making them, making objects of them, attributes of classes and modules, dataclasses and enums."""

from __future__ import annotations

from archinspect.hints import Any

from .frame import Frame
from .function_code import Closure
from .protocols import offers
from .types import OBJECT, type_of
from .values import (
    MISSING,
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
    Tensor,
    Unknown,
    brief,
)

CLASS = "class "
"""How the reason begins why a class, and with it each of its objects, is not known."""


def make_class(
    ev: Any, frame: Frame, name: str, bases: list[Any], body: list[Closure], line: int, keywords: list[Any]
) -> Any:
    """A class statement. What a metaclass of the source makes is unknown, and so are objects of a class
    whose bases are not known; one such base beside known modules is noted.
    """
    meta = next((value(frame) for key, value in keywords if key == "metaclass"), None)
    if isinstance(meta, Unknown | FunctionValue) or (
        isinstance(meta, ClassValue) and meta.module is not None
    ):
        return ev.unknown(f"{CLASS}{name} is made by a metaclass", line)
    known: list[ClassValue] = []
    lost: Unknown | None = None
    for base in bases:
        base = ev.library.as_class(ev, base)
        if isinstance(base, ClassValue):
            if base is not OBJECT and base not in known:
                known.append(base)
        elif base is not None:
            lost = ev.unknown(f"{CLASS}{name} has a base that is not known ({brief(base)})", line)
            ev.note(lost)
    ns: dict[str, Any] = {}
    inner = Frame(ev, frame.module, ns, frame if frame.func is not None else frame.closure, None)
    inner.line = line
    before, ev.frame = ev.frame, inner
    ev.budget.enter()
    try:
        for one in body:
            one(inner)
    finally:
        ev.budget.depth -= 1
        ev.frame = before
    annotations = ns.pop("__annotations__", {})
    try:
        made = ClassValue(name, tuple(known) or (OBJECT,), ns, module=frame.module, line=line)
    except ValueError as error:
        raise Raised(ev.exception("TypeError", f"{name}: {error}")) from None
    made.annotations = annotations
    for value in ns.values():
        _own(made, value)
    ev.classes.append(made)
    if made.mark("enum"):
        _make_members(made)
    ev.library.class_made(ev, made)
    if lost is not None:
        made.marks["part unknown" if made.mark("module") or made.mark("config") else "unknown"] = lost
    hook = next(
        (base.find("__init_subclass__") for base in known if base.find("__init_subclass__") is not MISSING),
        None,
    )
    if type(hook) in (FunctionValue, ClassMethod) and not made.mark("library_hook"):
        ev.call(hook.func if isinstance(hook, ClassMethod) else hook, [made], {})
    return made


def _own(cls: ClassValue, value: Any) -> None:
    if type(value) is FunctionValue:
        if value.owner is None:
            value.owner = cls
    elif type(value) in (StaticMethod, ClassMethod):
        _own(cls, value.func)
    elif type(value) is PropertyValue:
        _own(cls, value.fget)
        _own(cls, value.fset)
    elif type(value) is Partial:
        _own(cls, value.func)


def _make_members(cls: ClassValue) -> None:
    for name, value in list(cls.ns.items()):
        if name[:1] == "_" or isinstance(
            value, FunctionValue | StaticMethod | ClassMethod | PropertyValue | Builtin
        ):
            continue
        member = Instance(cls)
        member.attrs.update({"name": name, "value": value, "_value_": value})
        member.native = value if isinstance(value, str | int) else None
        cls.ns[name] = member


def enum_members(ev: Any, cls: ClassValue) -> dict[str, Any]:
    """An enum's members by name."""
    return {name: one for name, one in cls.ns.items() if isinstance(one, Instance) and one.cls is cls}


def set_class_attribute(ev: Any, cls: ClassValue, name: str, value: Any) -> None:
    """``cls.name = value``; classes of the library are not changed by source."""
    if cls.module is None:
        ev.note(ev.unknown(f"the source changes {cls.name}.{name}"))
        return
    ev.journal_write(cls.ns, name)
    cls.ns[name] = value
    for one in ev.classes:
        one.cache.clear()


def instantiate(ev: Any, cls: ClassValue, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``cls(...)``."""
    direct = cls.find("__construct__")
    if type(direct) is Builtin:
        made = direct.run(ev, [cls, *args], kwargs)
        if made is not MISSING:
            return made
    if cls.mark("unknown") is not None and not cls.mark("exception"):
        return cls.mark("unknown")
    if cls.mark("module"):
        return ev.library.construct_module(ev, cls, args, kwargs)
    if cls.mark("enum"):
        return _enum_value(ev, cls, args)
    custom = cls.find("__new__")
    if type(custom) in (FunctionValue, StaticMethod) and cls.module is not None:
        made = ev.call(custom, [cls, *args], kwargs)
        if not isinstance(made, Instance):
            return made
    else:
        made = blank(ev, cls, args)
    if isinstance(made, ConfigObject):
        made.stated = dict(kwargs)
    init = cls.find("__init__")
    if isinstance(init, FunctionValue | Builtin | Partial):
        ev.call(init, [made, *args], kwargs)
    elif cls.mark("exception"):
        made.attrs["args"] = tuple(args)
    return made


def blank(ev: Any, cls: ClassValue, args: list[Any]) -> Any:
    """An object before its ``__init__``."""
    if cls.mark("config"):
        return ConfigObject(cls)
    if cls.mark("module"):
        return ModuleObject(cls, ev.where())
    made = Instance(cls)
    if cls.mark("exception"):
        made.attrs["args"] = tuple(args)
    if cls.native is not None:
        base = next((one for one in cls.mro if one.native is cls.native and one.module is None), None)
        construct = base.find("__construct__") if base is not None else MISSING
        made.native = construct.run(ev, [base, *args], {}) if isinstance(construct, Builtin) else cls.native()
        if made.native is MISSING:
            made.native = cls.native()
    return made


def _enum_value(ev: Any, cls: ClassValue, args: list[Any]) -> Any:
    for member in enum_members(ev, cls).values():
        if (args and member.attrs["value"] == args[0]) or (args and member is args[0]):
            return member
    raise Raised(
        ev.exception("ValueError", f"{brief(args[0]) if args else 'nothing'} is not a valid {cls.name}")
    )


def set_module_attribute(ev: Any, owner: ModuleObject, name: str, value: Any) -> None:
    """``module.name = value`` by the rules of torch's modules."""
    kind = type(value)
    if kind is ModuleObject:
        table: dict[str, Any] = owner.children
    elif kind is Tensor and value.kind == "parameter":
        table = owner.params
    elif kind is Tensor and (value.kind == "buffer" or name in owner.buffers):
        table = owner.buffers
    elif value is None or isinstance(value, Unknown):
        table = next(
            (one for one in (owner.params, owner.buffers, owner.children) if name in one), owner.attrs
        )
    else:
        table = owner.attrs
    for other in (owner.params, owner.children, owner.buffers, owner.attrs):
        if other is not table and name in other:
            ev.journal_write(other, name)
            del other[name]
    ev.journal_write(table, name)
    table[name] = value


def is_instance(ev: Any, value: Any, kinds: Any) -> Any:
    """``isinstance``: True, False or unknown."""
    if isinstance(value, Unknown):
        return value
    if isinstance(kinds, tuple | list):
        lost: Any = False
        for one in kinds:
            ev.budget.tick()
            found = is_instance(ev, value, one)
            if found is True:
                return True
            lost = found if isinstance(found, Unknown) else lost
        return lost
    if isinstance(kinds, Unknown):
        return kinds
    if kinds is None:
        return value is None
    known = ev.library.as_class(ev, kinds)
    if isinstance(known, ClassValue):
        if isinstance(value, External):
            return (
                False
                if known.module is not None or known.native
                else ev.unknown("the type of an external value")
            )
        protocol = known.marks.get("protocol")
        return known in type_of(value).mro or (protocol is not None and offers(ev, value, protocol))
    if isinstance(kinds, External):
        return False
    return ev.unknown("isinstance with something that is not a class")
