"""The builtin types' constructors."""

from __future__ import annotations

from collections.abc import Callable

from archinspect.hints import Any

from . import text
from .guards import Args, Kwargs, known, make_range
from .items import as_dict, hashable, iterate
from .types import TYPES, type_of
from .values import (
    MISSING,
    Builtin,
    External,
    Instance,
    PropertyValue,
    Tensor,
    Unknown,
)


def _construct(name: str, run: Callable[[Any, Args, Kwargs], Any]) -> None:
    TYPES[name].ns["__construct__"] = Builtin(
        name,
        known(lambda ev, args, kwargs: run(ev, args[1:], kwargs) if args[0] is TYPES[name] else MISSING),
    )


def _int(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    value = args[0].native if args and isinstance(args[0], Instance) else args[0] if args else 0
    if isinstance(value, Tensor):
        data = value.data
        return int(data) if isinstance(data, int | float) else ev.unknown("an integer that depends on data")
    if isinstance(value, External):
        return ev.unknown(f"int of {value.path}")
    if isinstance(value, str) and len(value) > 400:
        raise ValueError("a number of more than 400 digits")
    return int(value, *args[1:]) if isinstance(value, str) else int(value)


def _float(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    value = args[0] if args else 0.0
    if isinstance(value, Tensor):
        return (
            float(value.data)
            if isinstance(value.data, int | float)
            else ev.unknown("a float that depends on data")
        )
    return float(value) if not isinstance(value, External) else ev.unknown(f"float of {value.path}")


def _list(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    if not args:
        return []
    if isinstance(args[0], range | str):
        ev.budget.charge(len(args[0]))
    return list(iterate(ev, args[0]))


def _dict(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    if not args:
        return dict(kwargs)
    if isinstance(args[0], list | tuple):
        made = {}
        for one in args[0]:
            ev.budget.tick()
            pair = ev.unpack(one, 2)
            if isinstance(pair, Unknown):
                return pair
            made[hashable(ev, pair[0])] = pair[1]
    else:
        made = as_dict(ev, args[0])
    return {**made, **kwargs} if isinstance(made, dict) else made


def _type(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    if len(args) == 3 and isinstance(args[0], str) and isinstance(args[2], dict):
        return ev.make_class(
            ev.frame, args[0], list(args[1]), [lambda f: f.vars.update(args[2])], ev.frame.line, []
        )
    return type_of(args[0])


def _property(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    return PropertyValue(
        args[0] if args else kwargs.get("fget"), args[1] if len(args) > 1 else kwargs.get("fset")
    )


_construct("int", _int)
_construct("float", _float)
_construct("bool", lambda ev, a, k: ev.truth_value(a[0]) if a else False)
_construct("str", lambda ev, a, k: text.show(ev, a[0]) if a else "")
_construct("bytes", lambda ev, a, k: ev.unknown("bytes()"))
_construct("list", _list)
_construct("tuple", lambda ev, a, k: tuple(_list(ev, a, k)))
_construct("set", lambda ev, a, k: ev.make_set(iterate(ev, a[0])) if a else set())
_construct("frozenset", lambda ev, a, k: ev.make_set(iterate(ev, a[0])) if a else set())
_construct("dict", _dict)
_construct("range", make_range)
_construct("slice", lambda ev, a, k: slice(*a))
_construct("type", _type)
TYPES["property"].ns["__construct__"] = Builtin(
    "property",
    lambda ev, args, kwargs: PropertyValue(
        *(_property(ev, args[1:], kwargs).fget, _property(ev, args[1:], kwargs).fset),
        of_class=args[0].find("__get__") is not MISSING,
    ),
)
TYPES["object"].ns["__construct__"] = Builtin(
    "object",
    lambda ev, args, kwargs: MISSING if args[0] is not TYPES["object"] else Instance(TYPES["object"]),
)
