"""Kinds of values that can be called or bound."""

from __future__ import annotations

from collections.abc import Callable

from archinspect.hints import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .function_code import FunctionCode
    from .namespace import Namespace
    from .values import ClassValue

Value = Any


class FunctionValue:
    """A function of the source with its defaults and enclosing frame."""

    __slots__ = ("attrs", "body", "closure", "code", "defaults", "kwdefaults", "module", "owner")

    def __init__(
        self,
        code: FunctionCode,
        module: Namespace,
        closure: Any,
        defaults: tuple[Value, ...],
        kwdefaults: dict[str, Value],
    ) -> None:
        """``closure`` is the enclosing function's frame or None; ``owner`` the class whose body
        defined it.
        """
        self.code = code
        self.module = module
        self.closure = closure
        self.defaults = defaults
        self.kwdefaults = kwdefaults
        self.owner: ClassValue | None = None
        self.body: Any
        self.attrs: dict[str, Value] | None = None

    @classmethod
    def late(cls, code: FunctionCode, module: Namespace, closure: Any, body: Any) -> FunctionValue:
        """A method whose defaults are evaluated, in the frame of its class's ``body``, when it is first
        called.
        """
        made = cls.__new__(cls)
        made.code, made.module, made.closure, made.body = code, module, closure, body
        made.owner = made.attrs = None
        return made

    def __getattr__(self, name: str) -> Any:
        if name not in ("defaults", "kwdefaults"):
            raise AttributeError(name)
        self.defaults, self.kwdefaults = self.code.evaluated_defaults(self.body)
        return self.defaults if name == "defaults" else self.kwdefaults

    def __repr__(self) -> str:
        return f"<function {self.code.name}>"


class Builtin:
    """A function of a closed table: ``run(evaluator, args, kwargs)``."""

    __slots__ = ("name", "run")

    def __init__(self, name: str, run: Callable[[Any, list[Value], dict[str, Value]], Value]) -> None:
        """``name`` is how the source knows it."""
        self.name = name
        self.run = run

    def __repr__(self) -> str:
        return f"<builtin {self.name}>"


class BoundMethod:
    """A function bound to an object or class."""

    __slots__ = ("func", "self")

    def __init__(self, func: Value, self_: Value) -> None:
        """``func`` is called with ``self_`` first."""
        self.func = func
        self.self = self_


class Partial:
    """``functools.partial``."""

    __slots__ = ("args", "func", "kwargs")

    def __init__(self, func: Value, args: list[Value], kwargs: dict[str, Value]) -> None:
        """A call with some arguments already given."""
        self.func = func
        self.args = args
        self.kwargs = kwargs


class PropertyValue:
    """A property; ``of_class`` for properties read on the class."""

    __slots__ = ("fget", "fset", "of_class")

    def __init__(self, fget: Value, fset: Value = None, *, of_class: bool = False) -> None:
        """Getter and, when there is one, setter."""
        self.fget = fget
        self.fset = fset
        self.of_class = of_class


class StaticMethod:
    """A staticmethod."""

    __slots__ = ("func",)

    def __init__(self, func: Value) -> None:
        """Reading it gives the function itself."""
        self.func = func


class ClassMethod:
    """A classmethod."""

    __slots__ = ("func",)

    def __init__(self, func: Value) -> None:
        """Reading it binds to the class."""
        self.func = func


class Super:
    """``super()``: look-ups start after ``after`` in ``start``'s linearisation."""

    __slots__ = ("after", "self", "start")

    def __init__(self, start: ClassValue, after: ClassValue, self_: Value) -> None:
        """``self_`` is the object (or the class, in a classmethod)."""
        self.start = start
        self.after = after
        self.self = self_
