"""The builtin functions and types, re-implemented over our values: a closed table."""

from __future__ import annotations

import builtins as _host
import functools
from collections.abc import Callable

from archinspect.hints import Any

from . import constructors as _constructors  # noqa: F401 - gives the types their constructors
from . import text
from .attributes import NAMELESS, every_key_read
from .comparisons import compare
from .guards import Args, Kwargs, known, make_range
from .items import advance, iterate, iterator
from .matching import PATTERN
from .operators import BINARY
from .protocols import callable_, has_attribute, names_of
from .types import EXCEPTIONS, ITERATOR, TYPES, type_of
from .values import (
    MISSING,
    Builtin,
    ClassMethod,
    ClassValue,
    External,
    Instance,
    ModuleObject,
    Raised,
    StaticMethod,
    Super,
    Tensor,
    Unknown,
)


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
    ev.budget.tick()
    if isinstance(args[1], tuple):
        return any(_issubclass(ev, [args[0], one], {}) is True for one in args[1])
    if isinstance(args[0], ClassValue) and isinstance(args[1], ClassValue):
        return args[1] in args[0].mro
    return False if isinstance(args[1], External) else ev.unknown("issubclass of unknown classes")


def _round(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    digits = args[1] if len(args) > 1 else kwargs.get("ndigits")
    if isinstance(args[0], Tensor) or isinstance(digits, Unknown | Tensor):
        return ev.unknown("a rounding that depends on data")
    if isinstance(digits, int) and isinstance(args[0], int):
        # Python works out ten to that power first, however large it is.
        ev.budget.integer(abs(digits) * 3.33)
    return round(args[0], digits) if digits is not None else round(args[0])


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
    ev.seen = True
    if args and isinstance(args[0], ModuleObject):
        return {
            **args[0].attrs,
            "_parameters": args[0].params,
            "_modules": args[0].children,
            "_buffers": args[0].buffers,
        }
    if not args or not isinstance(args[0], Instance):
        return ev.unknown("vars()")
    every_key_read(ev, args[0])
    return args[0].attrs


def _setattr(ev: Any, args: Args, kwargs: Kwargs) -> None:
    if isinstance(args[1], str):
        ev.setattr(args[0], args[1], args[2])
    elif isinstance(args[1], Unknown | External) and isinstance(args[0], Instance):
        ev.journal_write(args[0].attrs, NAMELESS)
        args[0].attrs[NAMELESS] = ev.unknown("an attribute whose name is not known")


FUNCTIONS: dict[str, Callable[[Any, Args, Kwargs], Any]] = {
    "getattr": _getattr,
    "hasattr": has_attribute,
    "setattr": _setattr,
    "delattr": lambda ev, args, kwargs: ev.delattr(args[0], args[1]),
    "len": known(_len),
    "range": known(make_range),
    "max": known(_reduce(lambda a, b: a > b)),
    "min": known(_reduce(lambda a, b: a < b)),
    "sum": known(_sum),
    "all": known(_every(False)),
    "any": known(_every(True)),
    "abs": known(
        lambda ev, a, k: ev.tensor_operation("abs", a, {}) if isinstance(a[0], Tensor) else abs(a[0])
    ),
    "round": known(_round),
    "divmod": known(lambda ev, a, k: divmod(a[0], a[1])),
    "pow": known(lambda ev, a, k: BINARY[__import__("ast").Pow](ev, a[0], a[1])),
    "sorted": known(lambda ev, a, k: sort_values(ev, a[0], k)),
    "reversed": known(lambda ev, a, k: list(iterate(ev, a[0]))[::-1]),
    "enumerate": known(_enumerate),
    "zip": known(_zip),
    "map": _map,
    "filter": _filter,
    "iter": known(lambda ev, a, k: a[0] if _is_iterator(a[0]) else iterator(ev, list(iterate(ev, a[0])))),
    "next": known(_next),
    "isinstance": _isinstance,
    "issubclass": _issubclass,
    "callable": known(lambda ev, a, k: callable_(ev, a[0])),
    "print": lambda ev, args, kwargs: None,
    "repr": known(lambda ev, a, k: repr(a[0]) if isinstance(a[0], str) else text.show(ev, a[0])),
    "format": known(lambda ev, a, k: text.formatted(ev, a[0], a[1] if len(a) > 1 else "")),
    "id": lambda ev, args, kwargs: id(args[0]) & 0xFFFFFFFF,
    "hash": lambda ev, args, kwargs: ev.unknown("hash()"),
    "ord": known(lambda ev, a, k: ord(a[0])),
    "chr": known(lambda ev, a, k: chr(a[0])),
    "super": _super,
    "vars": _vars,
    "dir": names_of,
    PATTERN: lambda ev, args, kwargs: ev.unknown("a pattern that takes a value apart"),
    "__import__": lambda ev, args, kwargs: ev.unknown("__import__"),
}


BUILTINS: dict[str, Any] = {
    # Python's own names that nothing here stands for are there, and not known.
    **{name: External(name) for name in dir(_host)},
    **{name: Builtin(name, run) for name, run in FUNCTIONS.items()},
    **TYPES,
    **EXCEPTIONS,
    "staticmethod": Builtin("staticmethod", lambda ev, args, kwargs: StaticMethod(args[0])),
    "classmethod": Builtin("classmethod", lambda ev, args, kwargs: ClassMethod(args[0])),
    "Ellipsis": ...,
    "__debug__": True,
}
