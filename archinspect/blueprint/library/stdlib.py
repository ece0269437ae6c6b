"""What source uses of the standard library, numpy's number functions and packaging: a closed table by
dotted name.
"""

from __future__ import annotations

import functools
import math
import re

from archinspect.blueprint.interp.items import iterate, iterator
from archinspect.blueprint.interp.protocols import PROTOCOLS
from archinspect.blueprint.interp.types import ENUM, OBJECT, TYPES
from archinspect.blueprint.interp.values import (
    Builtin,
    ClassValue,
    Instance,
    PropertyValue,
)
from archinspect.hints import Any

from .numbers import MATH
from .outputs import NAMED_TUPLE
from .patterns import accumulate, chain, product_, regex, safe_pattern, version_
from .stdlib_functions import (
    DEFAULT_DICT,
    USER_DICT,
    asdict,
    copied,
    copy_,
    dataclass_,
    deepcopy,
    field_,
    fields_,
    identity,
    identity_decorator,
    namedtuple,
    partial_,
    replace_,
    strict,
    suppress,
    validated,
)

Args = list[Any]
Kwargs = dict[str, Any]


def _nothing(ev: Any, args: Args, kwargs: Kwargs) -> None:
    return None


def _record(ev: Any, args: Args, kwargs: Kwargs) -> None:
    for name, value in kwargs.items():
        ev.setattr(args[0], name, value)


RECORD = ClassValue("Namespace", (OBJECT,))
RECORD.ns["__init__"] = Builtin("__init__", _record)
LOGGER = Instance(ClassValue("Logger", (OBJECT,)))
for _name in [
    "debug",
    "info",
    "warning",
    "warning_once",
    "error",
    "warn",
    "info_once",
    "critical",
    "exception",
    "setLevel",
    "addHandler",
    "warning_advice",
]:
    LOGGER.cls.ns[_name] = Builtin(_name, _nothing)

TABLE: dict[str, Any] = {
    **{f"math.{name}": one for name, one in MATH.items()},
    **{f"numpy.{name}": MATH[name] for name in ("sqrt", "ceil", "floor", "log", "log2", "log10", "exp", "prod")},  # noqa: E501
    "argparse.Namespace": RECORD, "types.SimpleNamespace": RECORD,
    "math.pi": math.pi, "math.inf": math.inf, "math.e": math.e, "math.nan": math.nan,
    "numpy.pi": math.pi, "numpy.inf": math.inf,
    "copy.deepcopy": Builtin("deepcopy", lambda ev, args, kwargs: deepcopy(ev, args[0], {})),
    "copy.copy": Builtin("copy", copy_),
    "functools.partial": Builtin("partial", partial_),
    "functools.wraps": Builtin("wraps", lambda ev, args, kwargs: Builtin("wrapped", identity)),
    "functools.lru_cache": Builtin("lru_cache", identity_decorator),
    "functools.cache": Builtin("cache", identity_decorator),
    "functools.cached_property": Builtin("cached_property", lambda ev, args, kwargs: PropertyValue(args[0])),
    "functools.total_ordering": Builtin("total_ordering", identity),
    "functools.reduce": Builtin("reduce", lambda ev, args, kwargs: functools.reduce(
        lambda a, b: ev.call(args[0], [a, b], {}), iterate(ev, args[1]), *args[2:])),
    "collections.OrderedDict": TYPES["dict"],
    "collections.defaultdict": DEFAULT_DICT,
    "collections.namedtuple": Builtin("namedtuple", namedtuple),
    "collections.deque": TYPES["list"],
    "collections.UserDict": USER_DICT,
    "collections.abc.Mapping": TYPES["dict"], "collections.abc.MutableMapping": TYPES["dict"],
    **{f"{space}.{name}": one for space in ("collections.abc", "typing", "numbers") for name, one in PROTOCOLS.items()},  # noqa: E501
    "dataclasses.dataclass": Builtin("dataclass", dataclass_),
    "dataclasses.field": Builtin("field", field_),
    "dataclasses.fields": Builtin("fields", fields_),
    "dataclasses.asdict": Builtin("asdict", asdict),
    "dataclasses.replace": Builtin("replace", replace_),
    "dataclasses.is_dataclass": Builtin("is_dataclass", lambda ev, args, kwargs: (
        args[0].dataclass if isinstance(args[0], ClassValue) else isinstance(args[0], Instance) and args[0].cls.dataclass)),  # noqa: E501
    "enum.Enum": ENUM,
    "enum.IntEnum": ClassValue("IntEnum", (ENUM,)),
    "enum.StrEnum": ClassValue("StrEnum", (ENUM,)),
    "itertools.chain": Builtin("chain", chain),
    "itertools.chain.from_iterable": Builtin("from_iterable", lambda ev, args, kwargs: chain(ev, list(iterate(ev, args[0])), {})),  # noqa: E501
    "itertools.cycle": Builtin("cycle", lambda ev, args, kwargs: iterator(ev, list(iterate(ev, args[0])), endless=True)),  # noqa: E501
    "itertools.product": Builtin("product", product_),
    "itertools.accumulate": Builtin("accumulate", accumulate),
    "itertools.zip_longest": Builtin("zip_longest", lambda ev, args, kwargs: ev.unknown("itertools.zip_longest")),  # noqa: E501
    "itertools.pairwise": Builtin("pairwise", lambda ev, args, kwargs: list(zip(ls := list(iterate(ev, args[0])), ls[1:], strict=False))),  # noqa: E501
    **{f"re.{name}": regex(name) for name in ("match", "search", "fullmatch", "sub", "findall", "split")},
    "re.escape": Builtin("escape", lambda ev, args, kwargs: re.escape(args[0]) if isinstance(args[0], str) else args[0]),  # noqa: E501
    "os.environ.get": Builtin("get", lambda ev, args, kwargs: args[1] if len(args) > 1 else None),
    "os.getenv": Builtin("getenv", lambda ev, args, kwargs: args[1] if len(args) > 1 else None),
    "warnings.warn": Builtin("warn", _nothing),
    "warnings.filterwarnings": Builtin("filterwarnings", _nothing),
    "logging.getLogger": Builtin("getLogger", lambda ev, args, kwargs: LOGGER),
    "typing.cast": Builtin("cast", lambda ev, args, kwargs: args[1]),
    "typing.NamedTuple": NAMED_TUPLE,
    "typing.TYPE_CHECKING": False,
    **{f"{space}.{name}": TYPES[one] for space in ("typing", "typing_extensions") for name, one in (
        ("Dict", "dict"), ("Mapping", "dict"), ("MutableMapping", "dict"), ("OrderedDict", "dict"),
        ("List", "list"), ("Tuple", "tuple"), ("Set", "set"), ("Type", "type"))},
    "typing.overload": Builtin("overload", identity),
    "abc.abstractmethod": Builtin("abstractmethod", identity),
    "huggingface_hub.dataclasses.as_validated_field": Builtin("as_validated_field", validated),
    "huggingface_hub.dataclasses.validated_field": Builtin("validated_field", lambda ev, args, kwargs: field_(ev, [], kwargs)),  # noqa: E501
    "huggingface_hub.dataclasses.strict": Builtin("strict", strict),
    "typing_extensions.dataclass_transform": Builtin("dataclass_transform", lambda ev, args, kwargs: Builtin("transform", identity)),  # noqa: E501
    "typing.dataclass_transform": Builtin("dataclass_transform", lambda ev, args, kwargs: Builtin("transform", identity)),  # noqa: E501
    "packaging.version.parse": Builtin("parse", version_),
    "packaging.version.Version": Builtin("Version", version_),
    "operator.attrgetter": Builtin("attrgetter", lambda ev, args, kwargs: Builtin("get", lambda e, a, k: functools.reduce(  # noqa: E501
        e.getattr, str(args[0]).split("."), a[0]))),
    "contextlib.nullcontext": Builtin("nullcontext", lambda ev, args, kwargs: args[0] if args else None),
    "contextlib.suppress": Builtin("suppress", suppress),
    "contextlib.contextmanager": Builtin("contextmanager", lambda ev, args, kwargs: Builtin("manager", _nothing)),  # noqa: E501
}  # fmt: skip
NO_BASE = frozenset(
    [
        "abc.ABC",
        "typing.Generic",
        "typing.Protocol",
        "typing.TypedDict",
        "typing_extensions.TypedDict",
        "typing_extensions.Protocol",
        "typing_extensions.Generic",
        "typing.Any",
        "abc.ABCMeta",
    ]
)
__all__ = ["LOGGER", "NO_BASE", "TABLE", "copied", "identity_decorator", "safe_pattern"]
