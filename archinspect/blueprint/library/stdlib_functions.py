"""Functions of the standard library over our values."""

from __future__ import annotations

from archinspect.blueprint.interp import fields
from archinspect.blueprint.interp.budget import OutOfBoundsError
from archinspect.blueprint.interp.items import MAX_NESTING, hashable, iterate
from archinspect.blueprint.interp.types import SUPPRESS, TYPES
from archinspect.blueprint.interp.values import (
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
    Unknown,
    brief,
)
from archinspect.hints import Any

from .outputs import NAMED_TUPLE, named_tuple

Args = list[Any]
Kwargs = dict[str, Any]


def identity(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    return args[0] if args else None


def strict(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    """huggingface_hub's ``@strict`` on a dataclass: its ``validate_*`` methods run once an object is made."""
    if len(args) == 1 and isinstance(args[0], ClassValue):
        args[0].marks["strict"] = True
        return args[0]
    return Builtin("decorator", lambda e, given, named: strict(e, given[:1], {}) if given else None)


def identity_decorator(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    """A decorator, with or without arguments, that leaves what it decorates as it is."""
    if (
        len(args) == 1
        and not kwargs
        and isinstance(args[0], FunctionValue | ClassValue | PropertyValue | ClassMethod | Partial)
    ):
        return args[0]
    return Builtin("decorator", identity)


def deepcopy(ev: Any, value: Any, known: dict[int, Any], depth: int = 0) -> Any:
    if id(value) in known:
        return known[id(value)]
    ev.budget.tick()
    if depth > MAX_NESTING:
        raise OutOfBoundsError(f"a copy of something nested more than {MAX_NESTING} deep")
    made: Any = value
    if isinstance(value, list):
        made = known[id(value)] = []
        made.extend(deepcopy(ev, one, known, depth + 1) for one in value)
    elif isinstance(value, tuple):
        made = tuple(deepcopy(ev, one, known, depth + 1) for one in value)
    elif isinstance(value, dict):
        made = known[id(value)] = {}
        made.update({key: deepcopy(ev, one, known, depth + 1) for key, one in value.items()})
    elif isinstance(value, set):
        made = set(value)
    elif isinstance(value, ModuleObject):
        from .modules import clone

        made = clone(ev, value)
    elif isinstance(value, Instance) and not value.cls.mark("enum"):
        made = known[id(value)] = copied(value)
        made.attrs = {key: deepcopy(ev, one, known, depth + 1) for key, one in value.attrs.items()}
    return made


def copied(value: Instance) -> Instance:
    """A shallow copy of an object."""
    made = ConfigObject(value.cls) if isinstance(value, ConfigObject) else Instance(value.cls)
    if isinstance(value, ConfigObject) and isinstance(made, ConfigObject):
        made.path, made.stated = value.path, value.stated
    made.attrs = dict(value.attrs)
    made.native = value.native
    return made


def copy_(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    value = args[0]
    if isinstance(value, list | dict | set):
        return value.copy()
    if isinstance(value, Instance) and not isinstance(value, ModuleObject):
        return copied(value)
    return value


def partial_(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    return args[0] if isinstance(args[0], Unknown) else Partial(args[0], args[1:], kwargs)


def suppress(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    """``contextlib.suppress``: the kinds of error that end quietly where the block does."""
    made = Instance(SUPPRESS)
    made.native = tuple(args)
    return made


def namedtuple(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    names = args[1].replace(",", " ").split() if isinstance(args[1], str) else list(iterate(ev, args[1]))
    made = ClassValue(str(args[0]), (NAMED_TUPLE,))

    def construct(e: Any, given: Args, named: Kwargs) -> Any:
        values = dict(zip(names, given[1:], strict=False)) | named
        return named_tuple(tuple(names), [values.get(name) for name in names], made)

    made.ns["__construct__"] = Builtin("__construct__", construct)
    return made


def field_(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    made = Instance(fields.FIELD)
    made.attrs.update(kwargs)
    return made


def validated(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    """huggingface_hub's field with a validator: a field."""
    return Builtin(
        "field", lambda e, given, named: field_(e, [], {**({"default": given[0]} if given else {}), **named})
    )


def fields_(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    cls = args[0].cls if isinstance(args[0], Instance) else args[0]
    if not isinstance(cls, ClassValue):
        return ev.unknown("dataclasses.fields")
    made = []
    for name, default in fields.dataclass_fields(ev, cls):
        one = Instance(fields.FIELD)
        one.attrs.update(
            {"name": name, "default": default if default is not MISSING else External("dataclasses.MISSING")}
        )
        made.append(one)
    return tuple(made)


def asdict(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    return {
        name: deepcopy(ev, args[0].attrs.get(name), {})
        for name, _ in fields.dataclass_fields(ev, args[0].cls)
    }


def replace_(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    """``dataclasses.replace``: made anew from the fields that the initialiser takes."""
    if not isinstance(args[0], Instance) or not args[0].cls.dataclass:
        return ev.unknown("dataclasses.replace")
    one = args[0]
    names = [name for name, default in fields.dataclass_fields(ev, one.cls) if fields.is_given(default)]
    return ev.call(one.cls, [], {name: one.attrs[name] for name in names if name in one.attrs} | kwargs)


def dataclass_(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    if args:
        return fields.make_dataclass(ev, args[0])
    return Builtin("dataclass", lambda e, given, named: fields.make_dataclass(e, given[0]))


def _default_dict(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    made = Instance(DEFAULT_DICT)
    made.native = {}
    made.attrs["default_factory"] = args[1] if len(args) > 1 else None
    return made


def _default_item(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    table, key = args[0].native, hashable(ev, args[1])
    if key not in table:
        factory = args[0].attrs.get("default_factory")
        if factory is None:
            raise Raised(ev.exception("KeyError", brief(key)))
        table[key] = ev.call(factory, [], {})
    return table[key]


def _user_dict(ev: Any, args: Args, kwargs: Kwargs) -> None:
    given = args[1] if len(args) > 1 else None
    args[0].native = {**(ev.as_dict(given) if given is not None else {}), **kwargs}


USER_DICT = ClassValue("UserDict", (TYPES["dict"],))
USER_DICT.ns.update(
    {
        "__init__": Builtin("__init__", _user_dict),
        "__construct__": Builtin("__construct__", lambda ev, args, kwargs: MISSING),
        "data": PropertyValue(Builtin("data", lambda ev, args, kwargs: args[0].native)),
    }
)
DEFAULT_DICT = ClassValue("defaultdict", (TYPES["dict"],))
DEFAULT_DICT.ns.update(
    {
        "__construct__": Builtin("defaultdict", _default_dict),
        "__getitem__": Builtin("__getitem__", _default_item),
    }
)
