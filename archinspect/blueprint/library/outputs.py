"""Named tuples and model outputs as interpreted code sees them."""

from __future__ import annotations

from archinspect.blueprint.interp.types import OBJECT, TYPES
from archinspect.blueprint.interp.values import Builtin, ClassValue, Instance, Raised
from archinspect.hints import Any

NAMED_TUPLE = ClassValue("NamedTuple", (TYPES["tuple"],))
MODEL_OUTPUT = ClassValue("ModelOutput", (OBJECT,))


def named_tuple(fields: tuple[str, ...], values: list[Any], cls: ClassValue = NAMED_TUPLE) -> Instance:
    """An object with both positions and names."""
    made = Instance(cls)
    made.native = tuple(values)
    made.attrs.update(zip(fields, values, strict=True))
    return made


def make_named_tuple(cls: ClassValue) -> None:
    """``class Output(NamedTuple)``: its annotations are the fields, its class attributes their defaults."""
    names = tuple(cls.annotations)
    defaults = {name: cls.ns.pop(name) for name in names if name in cls.ns}

    def construct(ev: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        given = {**defaults, **dict(zip(names, args[1:], strict=False)), **kwargs}
        missing = [name for name in names if name not in given]
        if missing or len(given) > len(names):
            raise Raised(ev.exception("TypeError", f"{cls.name}() does not take these arguments"))
        return named_tuple(names, [given[name] for name in names], cls)

    cls.ns["__construct__"] = Builtin("__construct__", construct)


def _present(self_: Instance) -> dict[str, Any]:
    return {key: value for key, value in self_.attrs.items() if value is not None}


def _item(ev: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    self_, key = args[0], args[1]
    if isinstance(key, str):
        present = _present(self_)
        if key not in present:
            raise Raised(ev.exception("KeyError", key[:100]))
        return present[key]
    return ev.getitem(tuple(_present(self_).values()), key)


def _set_item(ev: Any, args: list[Any], kwargs: dict[str, Any]) -> None:
    if isinstance(args[1], str):
        args[0].attrs[args[1]] = args[2]


def _init(ev: Any, args: list[Any], kwargs: dict[str, Any]) -> None:
    if len(args) > 1 and isinstance(args[1], dict):
        args[0].attrs.update({key: value for key, value in args[1].items() if isinstance(key, str)})
    args[0].attrs.update(kwargs)


_METHODS: dict[str, Any] = {
    "__init__": _init,
    "__getitem__": _item,
    "__setitem__": _set_item,
    "to_tuple": lambda ev, args, kwargs: tuple(_present(args[0]).values()),
    "keys": lambda ev, args, kwargs: list(_present(args[0])),
    "values": lambda ev, args, kwargs: list(_present(args[0]).values()),
    "items": lambda ev, args, kwargs: list(_present(args[0]).items()),
    "__iter__": lambda ev, args, kwargs: list(_present(args[0])),
    "__len__": lambda ev, args, kwargs: len(_present(args[0])),
    "__contains__": lambda ev, args, kwargs: (
        args[1] in _present(args[0]) if isinstance(args[1], str) else False
    ),
    "get": lambda ev, args, kwargs: _present(args[0]).get(args[1], args[2] if len(args) > 2 else None),
    "pop": lambda ev, args, kwargs: args[0].attrs.pop(args[1], args[2] if len(args) > 2 else None),
    "update": lambda ev, args, kwargs: _init(ev, args, kwargs),
}
for _name, _run in _METHODS.items():
    MODEL_OUTPUT.ns[_name] = Builtin(_name, _run)

DEVICE = Instance(ClassValue("device", (OBJECT,)))
DEVICE.attrs.update({"type": "cpu", "index": None})
