"""What source uses of the standard library, numpy's number functions and packaging: a closed table by dotted name."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable
from typing import Any

from archinspect.blueprint.interp import classes, text
from archinspect.blueprint.interp.budget import OutOfBoundsError
from archinspect.blueprint.interp.items import MAX_NESTING, hashable, iterate, iterator
from archinspect.blueprint.interp.types import ENUM, OBJECT, TYPES
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
    Tensor,
    Unknown,
    brief,
)

from .outputs import NAMED_TUPLE, named_tuple

Args = list[Any]
Kwargs = dict[str, Any]


def _number(run: Callable[..., Any]) -> Callable[[Any, Args, Kwargs], Any]:
    """A function of numbers. A tensor of unknown content gives an unknown number."""

    @functools.wraps(run)
    def guarded(ev: Any, args: Args, kwargs: Kwargs) -> Any:
        plain = []
        for one in args:
            if isinstance(one, Unknown):
                return one
            if isinstance(one, Tensor):
                if not isinstance(one.data, int | float):
                    return ev.unknown("a number that depends on data")
                one = one.data
            if not isinstance(one, int | float):
                raise Raised(ev.exception("TypeError", "must be real number"))
            if isinstance(one, int):
                ev.budget.integer(one.bit_length())
            plain.append(one)
        try:
            return run(*plain)
        except (ValueError, TypeError, ArithmeticError) as error:
            raise Raised(ev.exception(type(error).__name__, str(error)[:100])) from None

    return guarded


def _prod(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    total: Any = kwargs.get("start", 1)
    for one in iterate(ev, args[0]):
        if not isinstance(one, int | float):
            return one if isinstance(one, Unknown) else ev.unknown("a product of unknown values")
        if isinstance(one, int) and isinstance(total, int):
            ev.budget.integer(one.bit_length() + total.bit_length())
        total = total * one
    return total


MATH = {
    name: Builtin(name, _number(getattr(math, name)))
    for name in ["sqrt", "ceil", "floor", "log", "log2", "log10", "log1p", "exp", "pow", "sin", "cos", "tan", "gcd", "lcm", "fabs", "trunc", "isqrt", "erf", "tanh", "isnan", "isinf"]
    if name not in {"gcd", "lcm"}
} | {
    "gcd": Builtin("gcd", _number(lambda *a: math.gcd(*(int(one) for one in a)))),
    "prod": Builtin("prod", _prod),
}


def _identity(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    return args[0] if args else None


def identity_decorator(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    """A decorator, with or without arguments, that leaves what it decorates as it is."""
    if (
        len(args) == 1
        and not kwargs
        and isinstance(args[0], FunctionValue | ClassValue | PropertyValue | ClassMethod | Partial)
    ):
        return args[0]
    return Builtin("decorator", _identity)


def _deepcopy(ev: Any, value: Any, known: dict[int, Any], depth: int = 0) -> Any:
    if id(value) in known:
        return known[id(value)]
    ev.budget.tick()
    if depth > MAX_NESTING:
        raise OutOfBoundsError(f"a copy of something nested more than {MAX_NESTING} deep")
    made: Any = value
    if isinstance(value, list):
        made = known[id(value)] = []
        made.extend(_deepcopy(ev, one, known, depth + 1) for one in value)
    elif isinstance(value, tuple):
        made = tuple(_deepcopy(ev, one, known, depth + 1) for one in value)
    elif isinstance(value, dict):
        made = known[id(value)] = {}
        made.update({key: _deepcopy(ev, one, known, depth + 1) for key, one in value.items()})
    elif isinstance(value, set):
        made = set(value)
    elif isinstance(value, ModuleObject):
        from .modules import clone

        made = clone(value)
    elif isinstance(value, Instance) and not value.cls.mark("enum"):
        made = known[id(value)] = copied(value)
        made.attrs = {key: _deepcopy(ev, one, known, depth + 1) for key, one in value.attrs.items()}
    return made


def copied(value: Instance) -> Instance:
    """A shallow copy of an object."""
    made = ConfigObject(value.cls) if isinstance(value, ConfigObject) else Instance(value.cls)
    if isinstance(value, ConfigObject) and isinstance(made, ConfigObject):
        made.path, made.stated = value.path, value.stated
    made.attrs = dict(value.attrs)
    made.native = value.native
    return made


def _copy(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    value = args[0]
    if isinstance(value, list | dict | set):
        return value.copy()
    if isinstance(value, Instance) and not isinstance(value, ModuleObject):
        return copied(value)
    return value


def _partial(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    return args[0] if isinstance(args[0], Unknown) else Partial(args[0], args[1:], kwargs)


def _named_tuple(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    names = args[1].replace(",", " ").split() if isinstance(args[1], str) else list(iterate(ev, args[1]))
    made = ClassValue(str(args[0]), (NAMED_TUPLE,))

    def construct(e: Any, given: Args, named: Kwargs) -> Any:
        values = dict(zip(names, given[1:], strict=False)) | named
        return named_tuple(tuple(names), [values.get(name) for name in names], made)

    made.ns["__construct__"] = Builtin("__construct__", construct)
    return made


def _field(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    made = Instance(classes.FIELD)
    made.attrs.update(kwargs)
    return made


def _validated(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    """huggingface_hub's field with a validator: a field."""
    return Builtin(
        "field", lambda e, given, named: _field(e, [], {**({"default": given[0]} if given else {}), **named})
    )


def _fields(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    cls = args[0].cls if isinstance(args[0], Instance) else args[0]
    if not isinstance(cls, ClassValue):
        return ev.unknown("dataclasses.fields")
    made = []
    for name, default in classes.dataclass_fields(ev, cls):
        one = Instance(classes.FIELD)
        one.attrs.update(
            {"name": name, "default": default if default is not MISSING else External("dataclasses.MISSING")}
        )
        made.append(one)
    return tuple(made)


def _asdict(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    return {
        name: _deepcopy(ev, args[0].attrs.get(name), {})
        for name, _ in classes.dataclass_fields(ev, args[0].cls)
    }


def _dataclass(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    if args:
        return classes.make_dataclass(ev, args[0])
    return Builtin("dataclass", lambda e, given, named: classes.make_dataclass(e, given[0]))


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


def safe_pattern(pattern: Any, subject: Any) -> bool:
    """Whether a regular expression may be tried: short, and without repeated groups (no catastrophic backtracking)."""
    return (
        isinstance(pattern, str)
        and isinstance(subject, str)
        and len(pattern) <= 400
        and len(subject) <= 1000
        and not re.search(r"\)[*+{]", pattern)
        and len(re.findall(r"[*+]", pattern)) <= 6
    )


def _regex(name: str) -> Builtin:
    def run(ev: Any, args: Args, kwargs: Kwargs) -> Any:
        pattern, subject = (
            args[0],
            args[2] if name == "sub" and len(args) > 2 else args[1] if len(args) > 1 else None,
        )
        if not safe_pattern(pattern, subject):
            return ev.unknown(f"re.{name} with a pattern or text that is not plain")
        try:
            if name == "sub":
                return re.sub(pattern, args[1], subject) if isinstance(args[1], str) else ev.unknown("re.sub")
            found = getattr(re, name)(pattern, subject)
        except (re.error, ValueError, RecursionError):
            return ev.unknown(f"re.{name} with a pattern that is not valid")
        if name in ("findall", "split"):
            return found
        if found is None:
            return None
        made = Instance(OBJECT)
        made.attrs["group"] = Builtin(
            "group", lambda e, a, k: found.group(*[one for one in a if isinstance(one, int | str)])
        )
        made.attrs["groups"] = Builtin("groups", lambda e, a, k: found.groups())
        return made

    return Builtin(name, run)


def _version(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    numbers = re.match(r"\d+(?:\.\d+)*", args[0]) if isinstance(args[0], str) else None
    return tuple(int(one[:9]) for one in numbers.group(0).split(".")) if numbers else ev.unknown("a version")


def _chain(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    made = [one for part in args for one in iterate(ev, part)]
    ev.budget.charge(len(made))
    return made


def _product(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    made: list[tuple[Any, ...]] = [()]
    for part in [list(iterate(ev, one)) for one in args] * int(kwargs.get("repeat", 1)):
        ev.budget.charge(len(made) * len(part))
        made = [(*done, one) for done in made for one in part]
    return made


def _accumulate(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    made: list[Any] = []
    for one in iterate(ev, args[0]):
        made.append(one if not made else made[-1] + one)
    return made


def _nothing(ev: Any, args: Args, kwargs: Kwargs) -> None:
    return None


LOGGER = Instance(ClassValue("Logger", (OBJECT,)))
for _name in ["debug", "info", "warning", "warning_once", "error", "warn", "info_once", "critical", "exception", "setLevel", "addHandler", "warning_advice"]:
    LOGGER.cls.ns[_name] = Builtin(_name, _nothing)

TABLE: dict[str, Any] = {
    **{f"math.{name}": one for name, one in MATH.items()},
    **{f"numpy.{name}": MATH[name] for name in ("sqrt", "ceil", "floor", "log", "log2", "log10", "exp", "prod")},
    "math.pi": math.pi, "math.inf": math.inf, "math.e": math.e, "math.nan": math.nan,
    "numpy.pi": math.pi, "numpy.inf": math.inf,
    "copy.deepcopy": Builtin("deepcopy", lambda ev, args, kwargs: _deepcopy(ev, args[0], {})),
    "copy.copy": Builtin("copy", _copy),
    "functools.partial": Builtin("partial", _partial),
    "functools.wraps": Builtin("wraps", lambda ev, args, kwargs: Builtin("wrapped", _identity)),
    "functools.lru_cache": Builtin("lru_cache", identity_decorator),
    "functools.cache": Builtin("cache", identity_decorator),
    "functools.cached_property": Builtin("cached_property", lambda ev, args, kwargs: PropertyValue(args[0])),
    "functools.total_ordering": Builtin("total_ordering", _identity),
    "functools.reduce": Builtin("reduce", lambda ev, args, kwargs: functools.reduce(
        lambda a, b: ev.call(args[0], [a, b], {}), iterate(ev, args[1]), *args[2:])),
    "collections.OrderedDict": TYPES["dict"],
    "collections.defaultdict": DEFAULT_DICT,
    "collections.namedtuple": Builtin("namedtuple", _named_tuple),
    "collections.deque": TYPES["list"],
    "collections.UserDict": USER_DICT,
    "collections.Counter": TYPES["dict"],
    "collections.abc.Mapping": TYPES["dict"], "collections.abc.MutableMapping": TYPES["dict"],
    "collections.abc.Iterable": ClassValue("Iterable", (OBJECT,)),
    "collections.abc.Sequence": ClassValue("Sequence", (OBJECT,)),
    "collections.abc.Callable": ClassValue("Callable", (OBJECT,)),
    "dataclasses.dataclass": Builtin("dataclass", _dataclass),
    "dataclasses.field": Builtin("field", _field),
    "dataclasses.fields": Builtin("fields", _fields),
    "dataclasses.asdict": Builtin("asdict", _asdict),
    "dataclasses.is_dataclass": Builtin("is_dataclass", lambda ev, args, kwargs: (
        args[0].dataclass if isinstance(args[0], ClassValue) else isinstance(args[0], Instance) and args[0].cls.dataclass)),
    "enum.Enum": ENUM,
    "enum.IntEnum": ClassValue("IntEnum", (ENUM,)),
    "enum.StrEnum": ClassValue("StrEnum", (ENUM,)),
    "itertools.chain": Builtin("chain", _chain),
    "itertools.chain.from_iterable": Builtin("from_iterable", lambda ev, args, kwargs: _chain(ev, list(iterate(ev, args[0])), {})),
    "itertools.cycle": Builtin("cycle", lambda ev, args, kwargs: iterator(ev, list(iterate(ev, args[0])), endless=True)),
    "itertools.product": Builtin("product", _product),
    "itertools.accumulate": Builtin("accumulate", _accumulate),
    "itertools.zip_longest": Builtin("zip_longest", lambda ev, args, kwargs: ev.unknown("itertools.zip_longest")),
    "itertools.pairwise": Builtin("pairwise", lambda ev, args, kwargs: list(zip(ls := list(iterate(ev, args[0])), ls[1:], strict=False))),
    **{f"re.{name}": _regex(name) for name in ("match", "search", "fullmatch", "sub", "findall", "split")},
    "re.escape": Builtin("escape", lambda ev, args, kwargs: re.escape(args[0]) if isinstance(args[0], str) else args[0]),
    "os.environ.get": Builtin("get", lambda ev, args, kwargs: args[1] if len(args) > 1 else None),
    "os.getenv": Builtin("getenv", lambda ev, args, kwargs: args[1] if len(args) > 1 else None),
    "warnings.warn": Builtin("warn", _nothing),
    "warnings.filterwarnings": Builtin("filterwarnings", _nothing),
    "logging.getLogger": Builtin("getLogger", lambda ev, args, kwargs: LOGGER),
    "typing.cast": Builtin("cast", lambda ev, args, kwargs: args[1]),
    "typing.NamedTuple": NAMED_TUPLE,
    "typing.TYPE_CHECKING": False,
    **{f"{space}.{name}": TYPES[one] for space in ("typing", "typing_extensions") for name, one in (
        ("Dict", "dict"), ("List", "list"), ("Tuple", "tuple"), ("Set", "set"), ("Type", "type"))},
    "typing.Callable": ClassValue("Callable", (OBJECT,)),
    "typing.overload": Builtin("overload", _identity),
    "abc.abstractmethod": Builtin("abstractmethod", _identity),
    "huggingface_hub.dataclasses.as_validated_field": Builtin("as_validated_field", _validated),
    "huggingface_hub.dataclasses.validated_field": Builtin("validated_field", lambda ev, args, kwargs: _field(ev, [], kwargs)),
    "huggingface_hub.dataclasses.strict": Builtin("strict", identity_decorator),
    "typing_extensions.dataclass_transform": Builtin("dataclass_transform", lambda ev, args, kwargs: Builtin("transform", _identity)),
    "typing.dataclass_transform": Builtin("dataclass_transform", lambda ev, args, kwargs: Builtin("transform", _identity)),
    "packaging.version.parse": Builtin("parse", _version),
    "packaging.version.Version": Builtin("Version", _version),
    "operator.attrgetter": Builtin("attrgetter", lambda ev, args, kwargs: Builtin("get", lambda e, a, k: functools.reduce(
        e.getattr, str(args[0]).split("."), a[0]))),
    "contextlib.nullcontext": Builtin("nullcontext", lambda ev, args, kwargs: args[0] if args else None),
    "contextlib.suppress": Builtin("suppress", _nothing),
    "contextlib.contextmanager": Builtin("contextmanager", lambda ev, args, kwargs: Builtin("manager", _nothing)),
}  # fmt: skip
NO_BASE = frozenset(
    ["abc.ABC", "typing.Generic", "typing.Protocol", "typing.TypedDict", "typing_extensions.TypedDict", "typing_extensions.Protocol", "typing_extensions.Generic", "typing.Any", "abc.ABCMeta"]
)
_ = text
