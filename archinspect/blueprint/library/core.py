"""The library as the evaluator asks it: external names, tensor operations, modules, classes."""

from __future__ import annotations

from archinspect.blueprint.interp import fields
from archinspect.blueprint.interp.types import TENSOR, TYPES
from archinspect.blueprint.interp.values import (
    MISSING,
    Builtin,
    ClassValue,
    External,
    FunctionValue,
    ModuleObject,
    Raised,
    Tensor,
    Unknown,
)
from archinspect.hints import Any

from . import auto, boundary, construction, creation, more_layers, plumbing, pointwise
from .operations import is_operation, operation_rule, written_in_place
from .outputs import NAMED_TUPLE, make_named_tuple
from .stdlib import NO_BASE, TABLE
from .tensor_attributes import ATTRIBUTES, METHODS
from .tensors import emit, first_tensor
from .torch_names import DTYPE_NAMES, DTYPES, TORCH

LAYERS = more_layers.LAYERS
TENSOR.ns["__construct__"] = Builtin(
    "Tensor", lambda ev, args, kwargs: creation.sized(ev, "Tensor", args[1:], kwargs)
)
CALL = "a call of "
# Operations whose results are numbers rather than tensors.
_NUMBERS = frozenset({"item"})
_FUNCTION_SPACES = (
    "torch.",
    "torch.nn.functional.",
    "torch.Tensor.",
    "torch.special.",
    "torch.linalg.",
    "torch.fft.",
    "numpy.",
)


class Library:
    """Answers for everything that is not in the source. ``root`` names modules for the trace, once built."""

    def __init__(self) -> None:
        """Nothing is built yet."""
        self._externals: dict[str, Any] = {}
        self.length: int | None = None
        self.modules_of = auto.modules_of
        self.boundary = self._boundary
        self.class_writes = 0

    def sequence(self, ev: Any) -> int | None:
        """The traced sequence length."""
        return self.length

    # Names

    def external(self, ev: Any, path: str) -> Any:
        """A dotted name outside the source tree."""
        if path not in self._externals:
            if len(path) > 400:
                return ev.unknown("a very long external name")
            self._externals[path] = self._external(path)
        return self._externals[path]

    def _external(self, path: str) -> Any:
        for known in (TORCH, TABLE):
            if path in known:
                return known[path]
        if path.startswith("einops."):
            from .einops_rules import EINOPS

            return EINOPS.get(path, External(path))
        space, _, name = path.rpartition(".")
        if space in ("torch.nn", "torch.nn.modules") and name in LAYERS:
            return LAYERS[name]
        if space.startswith("torch.nn.modules.") and name in LAYERS:
            return LAYERS[name]
        if space == "torch" and name in DTYPES:
            return External(f"torch.{DTYPE_NAMES.get(name, name)}")
        if f"{space}." in _FUNCTION_SPACES and is_operation(name):
            return Builtin(name, lambda ev, args, kwargs: self.operation(ev, name, args, kwargs))
        return External(path)

    def _boundary(self, ev: Any, module: str, name: str) -> Any:
        if module.partition(".")[0] != "transformers":
            return MISSING
        found = boundary.boundary(ev, module, name)
        return plumbing.boundary(ev, module, name) if found is MISSING else found

    def as_class(self, ev: Any, value: Any) -> Any:
        """A base class or an isinstance argument as a class; None for bases without effect."""
        if isinstance(value, ClassValue):
            return value
        if isinstance(value, External):
            return None if value.path in NO_BASE else value
        return TYPES["NoneType"] if value is None else value

    def class_made(self, ev: Any, cls: ClassValue) -> None:
        """Marks of the library's own base classes, and what subclassing a config means."""
        home = cls.module.name if cls.module is not None else ""
        if cls.name in ("PreTrainedConfig", "PretrainedConfig") and home.endswith("configuration_utils"):
            cls.marks["config"] = cls.marks["library_hook"] = True
        if NAMED_TUPLE in cls.mro[1:] and cls.annotations:
            make_named_tuple(cls)
        if cls.mark("config"):
            plumbing.config_class_made(ev, cls)
        elif cls.mro[1:] and cls.dataclass:
            cls.ns.setdefault(
                "__init__", fields.DATACLASS_INIT
            ) if cls.annotations and "__init__" not in cls.ns else None

    # Tensors

    def operation(self, ev: Any, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """A tensor operation by torch's name for it."""
        rule = operation_rule(name)
        if rule is None and written_in_place(name):
            return pointwise.in_place(ev, name[:-1], args, kwargs)
        if "input" in kwargs and not (args and isinstance(args[0], Tensor)):
            kwargs = dict(kwargs)
            args = [kwargs.pop("input"), *args]
        op = pointwise.CANONICAL.get(name, name)
        if rule is None:
            return self._unknown_operation(ev, op, args, kwargs)
        try:
            made = rule(ev, op, args, kwargs)
            return made if type(made) is not Unknown else self._unknown_result(ev, op, args, kwargs, made)
        except (
            TypeError,
            IndexError,
            AttributeError,
            KeyError,
            ValueError,
            AssertionError,
            OverflowError,
        ) as error:
            lost = next((one for one in (*args, *kwargs.values()) if isinstance(one, Unknown)), None)
            return (
                lost if lost is not None else ev.unknown(f"{name}: {type(error).__name__} in its shape rule")
            )

    def _unknown_result(self, ev: Any, op: str, args: list[Any], kwargs: dict[str, Any], why: Unknown) -> Any:
        """What depends on data or on something unknown stays connected to its operands in the trace."""
        if ev.trace is None or op in _NUMBERS or first_tensor(args, kwargs) is None:
            return why
        tensors = [one for one in (*args, *kwargs.values()) if isinstance(one, Tensor)]
        for one in args:
            if isinstance(one, list | tuple):
                tensors += [inner for inner in one if isinstance(inner, Tensor)]
        return emit(ev, op, tensors, None, meta={"unknown": True, "why": why.why[:200]})

    def _unknown_operation(self, ev: Any, op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        if ev.trace is None or first_tensor(args, kwargs) is None:
            return ev.unknown(f"torch.{op}")
        ev.note(ev.unknown(f"torch.{op}"))
        tensors = [one for one in (*args, *kwargs.values()) if isinstance(one, Tensor)]
        return emit(ev, op, tensors, None, meta={"unknown": True})

    def tensor_attribute(self, ev: Any, tensor: Tensor, name: str) -> Any:
        """``x.shape``, ``x.view`` ..."""
        plain = ATTRIBUTES.get(name)
        if plain is not None:
            return plain(ev, tensor)
        method = METHODS.get(name)
        if method is not None:
            return Builtin(name, lambda e, args, kwargs: method(e, tensor, args, kwargs))
        if is_operation(name):
            return Builtin(name, lambda e, args, kwargs: self.operation(e, name, [tensor, *args], kwargs))
        return MISSING

    def unknown_method(self, tensor: Tensor, name: str) -> Builtin:
        """A tensor's method that no table knows."""
        return Builtin(
            name, lambda e, args, kwargs: self._unknown_operation(e, name, [tensor, *args], kwargs)
        )

    def index(self, ev: Any, tensor: Tensor, key: Any) -> Any:
        """``tensor[key]``."""
        from .indexing import index

        return index(ev, tensor, key)

    def set_index(self, ev: Any, tensor: Tensor, key: Any, value: Any) -> None:
        """``tensor[key] = value``."""
        from .indexing import set_index

        set_index(ev, tensor, key, value)

    def select(self, ev: Any, values: list[Tensor]) -> Any:
        """One of several tensors, by a condition that is not known."""
        shape = values[0].shape if all(one.shape == values[0].shape for one in values) else None
        if ev.trace is None and values[0].kind != "value":
            return values[0] if shape is not None else Tensor(None, kind=values[0].kind, location=ev.where())
        return emit(ev, "select", values, shape, dtype=values[0].dtype)

    # Modules

    def construct_module(self, ev: Any, cls: ClassValue, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """``Class(...)`` for a module class."""
        return construction.construct(ev, cls, args, kwargs)

    def call_module(self, ev: Any, module: ModuleObject, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """``module(...)``: its forward, as a module call of the trace when one is being made."""
        if ev.trace is not None:
            return ev.trace.call_module(ev, module, args, kwargs)
        return run_forward(ev, module, args, kwargs)

    def call_external(self, ev: Any, fn: External, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """A call of something no table knows."""
        for one in (*args, *kwargs.values()):
            if isinstance(one, FunctionValue | ClassValue) and len(args) + len(kwargs) == 1:
                return one
        tensor = first_tensor(args, kwargs)
        if tensor is not None and ev.trace is not None:
            return self._unknown_operation(ev, fn.path.rpartition(".")[2], args, kwargs)
        return ev.unknown(f"{CALL}{fn.path}")


def run_forward(ev: Any, module: ModuleObject, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """The module's own forward, wherever it is defined."""
    forward = module.attrs.get("forward")
    if forward is not None:
        return ev.call(forward, args, kwargs)
    forward = module.cls.find("forward")
    if forward is MISSING:
        own = module.cls.find("__call__")  # of a class that is called without torch's help
        if isinstance(own, FunctionValue):
            return ev.call(own, [module, *args], kwargs)
        raise Raised(ev.exception("NotImplementedError", f"{module.cls.name} has no forward"))
    return ev.call(forward, [module, *args], kwargs)
