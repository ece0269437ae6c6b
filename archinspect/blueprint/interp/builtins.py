"""The builtin functions and types, re-implemented over our values: a closed table."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from . import text
from .classes import is_callable
from .items import advance, as_dict, hashable, iterate, iterator
from .operators import BINARY, compare
from .types import EXCEPTIONS, ITERATOR, TYPES, type_of
from .values import (
    MISSING,
    Builtin,
    ClassMethod,
    ClassValue,
    External,
    Instance,
    ModuleObject,
    PropertyValue,
    Raised,
    StaticMethod,
    Super,
    Tensor,
    Unknown,
)

Args = list[Any]
Kwargs = dict[str, Any]


def _known(run: Callable[[Any, Args, Kwargs], Any]) -> Callable[[Any, Args, Kwargs], Any]:
    """Unknown arguments give an unknown result; host errors become interpreted ones."""

    @functools.wraps(run)
    def guarded(ev: Any, args: Args, kwargs: Kwargs) -> Any:
        for one in args:
            if type(one) is Unknown:
                return one
        try:
            return run(ev, args, kwargs)
        except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError) as error:
            raise Raised(ev.exception(type(error).__name__, str(error)[:200])) from None

    return guarded


def _getattr(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    if isinstance(args[1], Unknown):
        return args[1]
    if len(args) < 3:
        return ev.getattr(args[0], args[1])
    try:
        found = ev.find(args[0], args[1])
    except Raised as error:
        if error.value.cls.name != "AttributeError":
            raise
        found = MISSING
    return (
        args[2]
        if found is MISSING or (isinstance(found, External) and isinstance(args[0], Tensor))
        else found
    )


def _hasattr(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    if isinstance(args[0], Unknown | External):
        return args[0] if isinstance(args[0], Unknown) else ev.unknown(f"hasattr of {args[0].path}")
    try:
        return ev.find(args[0], args[1]) is not MISSING
    except Raised as error:
        if error.value.cls.name != "AttributeError":
            raise
        return False


def _len(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    value = args[0]
    if isinstance(value, Tensor):
        size = value.shape[0] if value.shape else None
        return size if size is not None else ev.unknown("the length of a tensor of unknown size")
    if isinstance(value, Instance):
        method = value.cls.find("__len__")
        if ev.callable(method):
            return ev.call(method, [value], {})
        value = value.native
    if isinstance(value, ClassValue) and value.mark("enum"):
        return len(ev.enum_members(value))
    if isinstance(value, External):
        return ev.unknown(f"the length of {value.path}")
    return len(value)


def _range(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    ends = [one.data if isinstance(one, Tensor) and isinstance(one.data, int) else one for one in args]
    if any(isinstance(one, Tensor) for one in ends):
        return ev.unknown("a range whose ends depend on data")
    return range(*ends)


def _reduce(pick: Callable[[Any, Any], bool]) -> Callable[[Any, Args, Kwargs], Any]:
    def run(ev: Any, args: Args, kwargs: Kwargs) -> Any:
        values = list(iterate(ev, args[0])) if len(args) == 1 else list(args)
        if not values:
            if "default" in kwargs:
                return kwargs["default"]
            raise ValueError("empty sequence")
        best = values[0]
        key = kwargs.get("key")
        best_key = ev.call(key, [best], {}) if key is not None else best
        for one in values[1:]:
            one_key = ev.call(key, [one], {}) if key is not None else one
            if isinstance(one_key, Unknown | Tensor) or isinstance(best_key, Unknown | Tensor):
                return ev.unknown("a maximum or minimum over unknown values")
            if pick(one_key, best_key):
                best, best_key = one, one_key
        return best

    return run


def _sum(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    import ast

    total = args[1] if len(args) > 1 else kwargs.get("start", 0)
    for one in iterate(ev, args[0]):
        total = BINARY[ast.Add](ev, total, one)
    return total


def _every(stop: bool) -> Callable[[Any, Args, Kwargs], Any]:
    def run(ev: Any, args: Args, kwargs: Kwargs) -> Any:
        lost = None
        for one in iterate(ev, args[0]):
            truth = ev.truth(one)
            if truth is stop:
                return stop
            lost = one if truth is None else lost
        if lost is not None:
            return lost if isinstance(lost, Unknown) else ev.unknown("a condition on a tensor")
        return not stop

    return run


def sort_values(ev: Any, values: Any, kwargs: Kwargs) -> Any:
    """``sorted``: a list, or unknown when the order is."""
    import ast

    items = list(iterate(ev, values))
    key = kwargs.get("key")
    keyed = [(ev.call(key, [one], {}) if key is not None else one, one) for one in items]
    if any(isinstance(one[0], Unknown | Tensor) for one in keyed):
        return ev.unknown("an order of unknown values")

    def order(a: Any, b: Any) -> int:
        ev.budget.tick()
        if compare(ev, ast.Lt, a[0], b[0]) is True:
            return -1
        return 1 if compare(ev, ast.Lt, b[0], a[0]) is True else 0

    ordered = sorted(keyed, key=functools.cmp_to_key(order), reverse=bool(kwargs.get("reverse")))
    return [one[1] for one in ordered]


def _map(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    return [
        ev.call(args[0], list(one), {})
        for one in zip(*(iterate(ev, part) for part in args[1:]), strict=False)
    ]


def _filter(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    return [
        one
        for one in iterate(ev, args[1])
        if ev.truth(one if args[0] is None else ev.call(args[0], [one], {}))
    ]


def _zip(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    return list(zip(*(iterate(ev, one) for one in args), strict=False))


def _enumerate(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    start = args[1] if len(args) > 1 else kwargs.get("start", 0)
    return [(start + position, one) for position, one in enumerate(iterate(ev, args[0]))]


def _isinstance(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    return ev.isinstance(args[0], args[1])


def _issubclass(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    if isinstance(args[1], tuple):
        return any(_issubclass(ev, [args[0], one], {}) is True for one in args[1])
    if isinstance(args[0], ClassValue) and isinstance(args[1], ClassValue):
        return args[1] in args[0].mro
    return False if isinstance(args[1], External) else ev.unknown("issubclass of unknown classes")


def _round(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    return round(*args)


def _super(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    if len(args) == 2 and isinstance(args[0], ClassValue):
        self_ = args[1]
        return Super(self_ if isinstance(self_, ClassValue) else type_of(self_), args[0], self_)
    return ev.make_super(ev.frame)


def _next(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    if isinstance(args[0], Instance) and args[0].cls is ITERATOR:
        found = advance(args[0])
        if found is not MISSING:
            return found
    else:
        for one in iterate(ev, args[0]):
            return one
    if len(args) > 1:
        return args[1]
    raise Raised(ev.exception("StopIteration"))


def _is_iterator(value: Any) -> bool:
    return isinstance(value, Instance) and value.cls is ITERATOR


def _vars(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    if args and isinstance(args[0], ModuleObject):
        return {
            **args[0].attrs,
            "_parameters": args[0].params,
            "_modules": args[0].children,
            "_buffers": args[0].buffers,
        }
    return args[0].attrs if args and isinstance(args[0], Instance) else ev.unknown("vars()")


def _setattr(ev: Any, args: Args, kwargs: Kwargs) -> None:
    if isinstance(args[1], str):
        ev.setattr(args[0], args[1], args[2])


FUNCTIONS: dict[str, Callable[[Any, Args, Kwargs], Any]] = {
    "getattr": _getattr,
    "hasattr": _hasattr,
    "setattr": _setattr,
    "delattr": lambda ev, args, kwargs: ev.delattr(args[0], args[1]),
    "len": _known(_len),
    "range": _known(_range),
    "max": _known(_reduce(lambda a, b: a > b)),
    "min": _known(_reduce(lambda a, b: a < b)),
    "sum": _known(_sum),
    "all": _known(_every(False)),
    "any": _known(_every(True)),
    "abs": _known(
        lambda ev, a, k: ev.tensor_operation("abs", a, {}) if isinstance(a[0], Tensor) else abs(a[0])
    ),
    "round": _known(_round),
    "divmod": _known(lambda ev, a, k: divmod(a[0], a[1])),
    "pow": _known(lambda ev, a, k: BINARY[__import__("ast").Pow](ev, a[0], a[1])),
    "sorted": _known(lambda ev, a, k: sort_values(ev, a[0], k)),
    "reversed": _known(lambda ev, a, k: list(iterate(ev, a[0]))[::-1]),
    "enumerate": _known(_enumerate),
    "zip": _known(_zip),
    "map": _map,
    "filter": _filter,
    "iter": _known(lambda ev, a, k: a[0] if _is_iterator(a[0]) else iterator(ev, list(iterate(ev, a[0])))),
    "next": _known(_next),
    "isinstance": _isinstance,
    "issubclass": _issubclass,
    "callable": _known(lambda ev, a, k: is_callable(ev, a[0])),
    "print": lambda ev, args, kwargs: None,
    "repr": _known(lambda ev, a, k: repr(a[0]) if isinstance(a[0], str) else text.show(ev, a[0])),
    "format": _known(lambda ev, a, k: text.formatted(ev, a[0], a[1] if len(a) > 1 else "")),
    "id": lambda ev, args, kwargs: id(args[0]) & 0xFFFFFFFF,
    "hash": lambda ev, args, kwargs: ev.unknown("hash()"),
    "ord": _known(lambda ev, a, k: ord(a[0])),
    "chr": _known(lambda ev, a, k: chr(a[0])),
    "super": _super,
    "vars": _vars,
    "dir": lambda ev, args, kwargs: ev.unknown("dir()"),
    "__import__": lambda ev, args, kwargs: ev.unknown("__import__"),
}


def _construct(name: str, run: Callable[[Any, Args, Kwargs], Any]) -> None:
    TYPES[name].ns["__construct__"] = Builtin(
        name,
        _known(lambda ev, args, kwargs: run(ev, args[1:], kwargs) if args[0] is TYPES[name] else MISSING),
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
_construct("range", _range)
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

BUILTINS: dict[str, Any] = {
    **{name: Builtin(name, run) for name, run in FUNCTIONS.items()},
    **TYPES,
    **EXCEPTIONS,
    "staticmethod": Builtin("staticmethod", lambda ev, args, kwargs: StaticMethod(args[0])),
    "classmethod": Builtin("classmethod", lambda ev, args, kwargs: ClassMethod(args[0])),
    "NotImplemented": External("NotImplemented"),
    "Ellipsis": ...,
    "input": External("input"),
    "__debug__": True,
}
