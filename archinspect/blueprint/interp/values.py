"""The interpreter's own kinds of values.

Numbers, strings, None, tuples, lists, dicts and sets are the host's (their operations go through closed
tables, see
``natives``); everything else that interpreted code can hold is one of these classes. No host object is
ever handed in.
"""

from __future__ import annotations

from itertools import count

from archinspect.hints import TYPE_CHECKING, Any

from .callables import (
    BoundMethod,
    Builtin,
    ClassMethod,
    FunctionValue,
    Partial,
    PropertyValue,
    StaticMethod,
    Super,
)
from .linearisation import linearised

if TYPE_CHECKING:
    from .namespace import Namespace

Value = Any


MAX_ANCESTORS = 300


class Unknown:
    """A value that the reader cannot know, carrying why and where it arose."""

    __slots__ = ("where", "why")

    def __init__(self, why: str, where: str) -> None:
        """``why`` names the construct; ``where`` is ``file#Lnn``."""
        self.why = why
        self.where = where

    def __repr__(self) -> str:
        return f"<unknown: {self.why} at {self.where}>"


class ClassValue:
    """A class: of the source, of the library's boundary, or a builtin type."""

    __slots__ = (
        "annotations",
        "bases",
        "cache",
        "dataclass",
        "fields",
        "line",
        "marks",
        "module",
        "mro",
        "name",
        "native",
        "ns",
        "qualname",
    )

    def __init__(
        self,
        name: str,
        bases: tuple[ClassValue, ...] = (),
        ns: dict[str, Value] | None = None,
        *,
        module: Namespace | None = None,
        line: int = 0,
        native: type | None = None,
    ) -> None:
        """Linearise the bases (C3). Raises ValueError when they cannot be."""
        self.name = self.qualname = name
        self.bases = bases
        self.ns: dict[str, Value] = ns if ns is not None else {}
        self.module = module
        self.line = line
        self.native = native
        self.annotations: dict[str, Any] = {}
        self.dataclass: bool = False
        self.marks: dict[str, Value] = {}
        self.cache: dict[str, Value] = {}
        self.fields: list[tuple[str, Value]] | None = None
        ancestors = 0
        for base in bases:
            self.dataclass = self.dataclass or base.dataclass
            ancestors += len(base.mro)
        if ancestors > MAX_ANCESTORS:
            raise ValueError(f"more than {MAX_ANCESTORS} ancestors")
        self.mro: tuple[ClassValue, ...]
        if len(bases) == 1:
            self.mro = (self, *bases[0].mro)
        else:
            self.mro = (self, *linearised([list(b.mro) for b in bases] + [list(bases)]))
        for base in bases:
            self.native = self.native or base.native

    def find(self, name: str) -> Value:
        """The attribute's raw value along the linearisation, or MISSING."""
        try:
            return self.cache[name]
        except KeyError:
            pass
        for one in self.mro:
            if name in one.ns:
                found = one.ns[name]
                break
        else:
            found = MISSING
        self.cache[name] = found
        return found

    def mark(self, name: str) -> Value:
        """A library mark (``module``, ``config`` ...) of the class or its bases, else None."""
        for one in self.mro:
            if name in one.marks:
                return one.marks[name]
        return None

    def __repr__(self) -> str:
        return f"<class {self.name}>"


class _Missing:
    def __repr__(self) -> str:
        return "<missing>"


MISSING = _Missing()


class Instance:
    """An object of a class. ``native`` holds the payload of subclasses of dict, list, str, int."""

    __slots__ = ("attrs", "cls", "native")

    def __init__(self, cls: ClassValue) -> None:
        """An instance without attributes yet."""
        self.cls = cls
        self.attrs: dict[str, Value] = {}
        self.native: Value = None

    def __repr__(self) -> str:
        return f"<{self.cls.name} object>"


class ConfigObject(Instance):
    """A config: its attributes, where it sits (dotted path from the root config), and which keys the
    file stated. ``serial`` tells it from all others, also from those that are gone; ``version`` counts
    writes.
    """

    __slots__ = ("path", "serial", "stated", "version")
    _serials = count()

    def __init__(self, cls: ClassValue) -> None:
        """An empty config at an unknown place."""
        super().__init__(cls)
        self.path: str | None = None
        self.stated: dict[str, Value] = {}
        self.serial = next(self._serials)
        self.version = 0


class ModuleObject(Instance):
    """A module: parameters, buffers and sub-modules by local name in order, other attributes apart."""

    __slots__ = ("buffers", "children", "location", "params", "tag")

    def __init__(self, cls: ClassValue, location: str) -> None:
        """A module without anything in it; ``location`` is where it was constructed."""
        super().__init__(cls)
        self.params: dict[str, Tensor | None] = {}
        self.buffers: dict[str, Tensor | None] = {}
        self.children: dict[str, ModuleObject | None] = {}
        self.location = location
        self.tag: str | None = None


class Tensor:
    """A symbolic tensor. ``shape`` None: rank unknown; a dimension None: size unknown. ``node``: id in
    the trace.
    """

    __slots__ = ("data", "dtype", "kind", "location", "node", "origin", "shape")

    def __init__(
        self,
        shape: tuple[int | None, ...] | None,
        *,
        kind: str = "value",
        dtype: str | None = None,
        node: int | None = None,
        location: str = "",
        data: Value = None,
    ) -> None:
        """``kind``: ``parameter``, ``buffer`` or ``value``; ``data``: a small known content (a nested
        list or number). ``origin``: how a constructor made it, None when that is not known.
        """
        self.shape = shape
        self.kind = kind
        self.dtype = dtype
        self.node = node
        self.location = location
        self.data = data
        self.origin: Origin | None = None

    def __repr__(self) -> str:
        return f"<{self.kind} {self.shape}>"


class Origin:
    """The operation that made a tensor outside of a trace: its name, operands and details, as a trace's node
    has them."""

    __slots__ = ("args", "meta", "op")

    def __init__(self, op: str, args: list[Value], meta: dict[str, Value]) -> None:
        """``args``: tensors and constants in argument order."""
        self.op = op
        self.args = args
        self.meta = meta


class External:
    """A name of a package outside the source tree: ``torch.float32``. Unknown names stay this until used."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        """``path`` is the dotted name."""
        self.path = path

    def __repr__(self) -> str:
        return f"<external {self.path}>"


class Raised(Exception):  # noqa: N818 - an interpreted exception on its way, not an error of ours
    """An interpreted exception; ``value`` is the exception object."""

    def __init__(self, value: Value) -> None:
        """Carry the interpreted exception object."""
        super().__init__()
        self.value = value


def brief(value: Any) -> str:
    """A value in a message: short, and never by walking into it."""
    if isinstance(value, str | int | float):
        return repr(value)[:60] if not isinstance(value, int) or value.bit_length() < 200 else "a huge number"
    return (
        repr(value)[:60]
        if isinstance(value, Unknown | ClassValue | External)
        else f"a {type(value).__name__}"
    )


def describe(raised: Raised) -> str:
    """The interpreted exception as ``ValueError: text``."""
    value = raised.value
    if not isinstance(value, Instance):
        return repr(value)
    args = value.attrs.get("args", ())
    text = ", ".join(one if isinstance(one, str) else brief(one) for one in args[:5])[:300]
    where = value.attrs.get("__where__")
    return f"{value.cls.name}: {text}" + (f" ({where})" if where and where != "?" else "")


__all__ = [
    "MISSING",
    "BoundMethod",
    "Builtin",
    "ClassMethod",
    "ClassValue",
    "ConfigObject",
    "External",
    "FunctionValue",
    "Instance",
    "ModuleObject",
    "Partial",
    "PropertyValue",
    "Raised",
    "StaticMethod",
    "Super",
    "Tensor",
    "Unknown",
    "brief",
    "describe",
]
