"""Methods of strings, numbers and collections: a closed table, each bounded, none reached by the
host's getattr.
"""

from __future__ import annotations

from collections.abc import Callable

from archinspect.hints import Any

from .items import as_dict, hashable, in_order, iterate
from .native_text import Method, formatted_by, growing, host_method, join
from .values import MISSING, Builtin, Raised, Unknown, brief


def _changing(change: Callable[[Any, Any, list[Any], dict[str, Any]], Any]) -> Method:
    def run(ev: Any, self_: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        ev.journal_native(self_)
        try:
            made = change(ev, self_, args, kwargs)
        except (TypeError, ValueError, LookupError) as error:
            raise Raised(ev.exception(type(error).__name__, str(error)[:100])) from None
        if not len(self_) & 4095:
            ev.budget.charge(len(self_))
        return made

    return run


def _extend(ev: Any, self_: Any, args: list[Any], kwargs: dict[str, Any]) -> None:
    if isinstance(args[0], Unknown):
        self_.append(args[0])
        return
    more = list(iterate(ev, args[0]))
    ev.budget.charge(len(self_) + len(more))
    self_.extend(more)


def _sort(ev: Any, self_: Any, args: list[Any], kwargs: dict[str, Any]) -> None:
    from .builtins import sort_values

    made = sort_values(ev, self_, kwargs)
    if isinstance(made, list):
        self_[:] = made


def _update(ev: Any, self_: Any, args: list[Any], kwargs: dict[str, Any]) -> None:
    if isinstance(self_, set):
        for one in args:
            for item in iterate(ev, one):
                self_.add(hashable(ev, item))
        return
    for one in args:
        more = as_dict(ev, one) if not isinstance(one, list | tuple) else dict(one)
        if isinstance(more, Unknown):
            ev.note(more)
            continue
        ev.budget.charge(len(self_) + len(more))
        for key in more:
            ev.journal_write(self_, key)
        self_.update(more)
    for key, value in kwargs.items():
        ev.journal_write(self_, key)
        self_[key] = value


def _dict_get(ev: Any, self_: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    if isinstance(args[0], Unknown):
        return args[0]
    ev.keyword_read(args[0])
    return self_.get(hashable(ev, args[0]), args[1] if len(args) > 1 else kwargs.get("default"))


def _dict_pop(ev: Any, self_: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    key = hashable(ev, args[0])
    ev.keyword_read(key)
    ev.journal_write(self_, key)
    if len(args) > 1 or "default" in kwargs:
        return self_.pop(key, args[1] if len(args) > 1 else kwargs["default"])
    if key not in self_:
        raise Raised(ev.exception("KeyError", brief(key)))
    return self_.pop(key)


def _setdefault(ev: Any, self_: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    key = hashable(ev, args[0])
    if key not in self_:
        ev.journal_write(self_, key)
        self_[key] = args[1] if len(args) > 1 else None
    return self_[key]


def _move_to_end(ev: Any, self_: Any, args: list[Any], kwargs: dict[str, Any]) -> None:
    key = hashable(ev, args[0])
    if key in self_:
        self_[key] = self_.pop(key)


_STRING: dict[str, Method] = {
    name: host_method(name)
    for name in [
        "startswith",
        "endswith",
        "split",
        "rsplit",
        "splitlines",
        "strip",
        "lstrip",
        "rstrip",
        "lower",
        "upper",
        "title",
        "capitalize",
        "casefold",
        "swapcase",
        "isdigit",
        "isalpha",
        "isalnum",
        "isnumeric",
        "isidentifier",
        "isspace",
        "isupper",
        "islower",
        "find",
        "rfind",
        "index",
        "rindex",
        "count",
        "partition",
        "rpartition",
        "removeprefix",
        "removesuffix",
        "encode",
    ]
} | {name: growing(name) for name in ("replace", "ljust", "rjust", "center", "zfill", "expandtabs")}
_STRING |= {"join": join, "format": formatted_by}
_NUMBER: dict[str, Method] = {name: host_method(name) for name in ("bit_length", "is_integer", "conjugate")}
_NUMBER["item"] = lambda ev, self_, args, kwargs: self_
_TUPLE: dict[str, Method] = {name: host_method(name) for name in ("index", "count")}


def _numel(ev: Any, self_: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    total = 1
    for one in self_:
        if not isinstance(one, int):
            return ev.unknown("a size that depends on data")
        total *= one
    return total


_TUPLE["numel"] = _numel
_LIST: dict[str, Method] = _TUPLE | {
    "copy": host_method("copy"),
    "append": _changing(lambda ev, s, a, k: s.append(a[0])),
    "insert": _changing(lambda ev, s, a, k: s.insert(a[0], a[1])),
    "pop": _changing(lambda ev, s, a, k: s.pop(*a)),
    "remove": _changing(lambda ev, s, a, k: s.remove(a[0])),
    "clear": _changing(lambda ev, s, a, k: s.clear()),
    "reverse": _changing(lambda ev, s, a, k: s.reverse()),
    "extend": _changing(_extend),
    "sort": _changing(_sort),
}
_DICT: dict[str, Method] = {
    "get": _dict_get,
    "pop": _dict_pop,
    "setdefault": _setdefault,
    "update": _update,
    "move_to_end": _move_to_end,
    "keys": lambda ev, s, a, k: list(s),
    "values": lambda ev, s, a, k: list(s.values()),
    "items": lambda ev, s, a, k: list(s.items()),
    "copy": lambda ev, s, a, k: dict(s),
    "clear": _changing(lambda ev, s, a, k: s.clear()),
    "popitem": _changing(lambda ev, s, a, k: s.popitem()),
    "__contains__": lambda ev, s, a, k: hashable(ev, a[0]) in s,
}


def _set_operation(name: str) -> Method:
    host = host_method(name)

    def run(ev: Any, self_: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return host(ev, self_, [ev.make_set(iterate(ev, one)) for one in args], kwargs)

    return run


def _pop_element(ev: Any, self_: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    found = in_order(self_)[0]
    self_.remove(found)
    return found


_SET: dict[str, Method] = {
    name: _set_operation(name)
    for name in (
        "union",
        "intersection",
        "difference",
        "issubset",
        "issuperset",
        "isdisjoint",
        "symmetric_difference",
    )
} | {
    "add": _changing(lambda ev, s, a, k: s.add(hashable(ev, a[0]))),
    "discard": _changing(lambda ev, s, a, k: s.discard(hashable(ev, a[0]))),
    "remove": _changing(lambda ev, s, a, k: s.remove(hashable(ev, a[0]))),
    "pop": _changing(_pop_element),
    "clear": _changing(lambda ev, s, a, k: s.clear()),
    "update": _update,
    "copy": host_method("copy"),
}
_TABLES: dict[type, dict[str, Method]] = {
    str: _STRING,
    int: _NUMBER,
    float: _NUMBER,
    bool: _NUMBER,
    tuple: _TUPLE,
    list: _LIST,
    dict: _DICT,
    set: _SET,
    frozenset: _SET,
    range: _TUPLE,
    bytes: {"decode": host_method("decode")},
}
_DUNDERS: dict[str, Callable[[Any, Any, list[Any]], Any]] = {
    "__len__": lambda ev, s, a: len(s),
    "__getitem__": lambda ev, s, a: ev.getitem(s, a[0]),
    "__setitem__": lambda ev, s, a: ev.setitem(s, a[0], a[1]),
    "__iter__": lambda ev, s, a: list(iterate(ev, s)),
    "__init__": lambda ev, s, a: None,
}


def method(ev: Any, value: Any, name: str) -> Any:
    """A bound method of a host value, or MISSING."""
    if isinstance(value, slice):
        return {"start": value.start, "stop": value.stop, "step": value.step}.get(name, MISSING)
    table = _TABLES.get(type(value), {})
    if name in table:
        run = table[name]
        return Builtin(name, lambda e, args, kwargs: run(e, value, args, kwargs))
    if name in _DUNDERS and isinstance(value, str | list | dict | tuple | set):
        act = _DUNDERS[name]
        return Builtin(name, lambda e, args, kwargs: act(e, value, args))
    if name in ("real", "imag", "numerator", "denominator") and isinstance(value, int | float):
        return value if name in ("real", "numerator") else 0 if name == "imag" else 1
    return MISSING


def unbound(ev: Any, kind: type, name: str) -> Any:
    """``str.lower``, ``dict.fromkeys`` ... read on the type."""
    if kind is dict and name == "fromkeys":
        return Builtin(name, _fromkeys)
    if name in _TABLES.get(kind, {}) or name in _DUNDERS:
        return Builtin(name, lambda e, args, kwargs: e.call(method(e, args[0], name), args[1:], kwargs))
    from .objects import class_method

    return class_method(ev, None, name)


def _fromkeys(ev: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    made: dict[Any, Any] = {}
    for one in iterate(ev, args[0]):
        ev.budget.tick()
        made[hashable(ev, one)] = args[1] if len(args) > 1 else None
    return made
