"""The builtin types as classes, and the type of every kind of value. Shared by all readings, never
changed.
"""

from __future__ import annotations

from archinspect.hints import Any

from .values import (
    BoundMethod,
    Builtin,
    ClassMethod,
    ClassValue,
    External,
    FunctionValue,
    Instance,
    Partial,
    PropertyValue,
    StaticMethod,
    Tensor,
)

OBJECT = ClassValue("object")
TYPE = ClassValue("type", (OBJECT,))
NATIVE: dict[type, ClassValue] = {}
TYPES: dict[str, ClassValue] = {"object": OBJECT, "type": TYPE}
EXCEPTIONS: dict[str, ClassValue] = {}


def _native(kind: type, *bases: ClassValue) -> ClassValue:
    made = ClassValue(kind.__name__, bases or (OBJECT,), native=kind)
    NATIVE[kind] = TYPES[kind.__name__] = made
    return made


_INT = _native(int)
_native(bool, _INT)
for _kind in (float, str, bytes, list, tuple, dict, set, frozenset, range, slice):
    _native(_kind)
NATIVE[type(None)] = TYPES["NoneType"] = ClassValue("NoneType", (OBJECT,))
FUNCTION = TYPES["function"] = ClassValue("function", (OBJECT,))
PROPERTY = TYPES["property"] = ClassValue("property", (OBJECT,))
TENSOR = ClassValue("Tensor", (OBJECT,))
PARAMETER = ClassValue("Parameter", (TENSOR,))
BUFFER = ClassValue("Buffer", (TENSOR,))
ENUM = ClassValue("Enum", (OBJECT,))
ENUM.marks["enum"] = True
ITERATOR = ClassValue("iterator", (OBJECT,))
SUPPRESS = ClassValue("suppress", (OBJECT,))
MODULE_TYPE = ClassValue("module", (OBJECT,))
EXTERNAL_TYPE = ClassValue("external", (OBJECT,))

_EXCEPTION_TREE: dict[str, tuple[str, ...]] = {
    "BaseException": ("Exception", "KeyboardInterrupt", "SystemExit", "GeneratorExit"),
    "Exception": (
        "ValueError",
        "TypeError",
        "LookupError",
        "AttributeError",
        "ArithmeticError",
        "RuntimeError",
        "ImportError",
        "NameError",
        "OSError",
        "AssertionError",
        "StopIteration",
        "Warning",
        "MemoryError",
        "BufferError",
        "EOFError",
    ),
    "ValueError": ("UnicodeError",),
    "LookupError": ("KeyError", "IndexError"),
    "ArithmeticError": ("ZeroDivisionError", "OverflowError", "FloatingPointError"),
    "RuntimeError": ("NotImplementedError", "RecursionError"),
    "ImportError": ("ModuleNotFoundError",),
    "NameError": ("UnboundLocalError",),
    "OSError": ("FileNotFoundError", "PermissionError", "TimeoutError", "ConnectionError"),
    "Warning": ("UserWarning", "DeprecationWarning", "FutureWarning", "RuntimeWarning", "ImportWarning"),
}


def _exceptions(name: str, base: ClassValue) -> None:
    made = EXCEPTIONS[name] = TYPES[name] = ClassValue(name, (base,))
    made.marks["exception"] = True
    for child in _EXCEPTION_TREE.get(name, ()):
        _exceptions(child, made)


_exceptions("BaseException", OBJECT)
TYPES["EnvironmentError"] = TYPES["IOError"] = EXCEPTIONS["OSError"]

_KINDS: dict[type, ClassValue] = {
    ClassValue: TYPE,
    FunctionValue: FUNCTION,
    BoundMethod: FUNCTION,
    Builtin: FUNCTION,
    Partial: FUNCTION,
    PropertyValue: PROPERTY,
    StaticMethod: FUNCTION,
    ClassMethod: FUNCTION,
    External: EXTERNAL_TYPE,
}
_TENSORS = {"parameter": PARAMETER, "buffer": BUFFER, "value": TENSOR}


def type_of(value: Any) -> ClassValue:
    """The class of a value. (Unknown values are the caller's business.)"""
    kind = type(value)
    if isinstance(value, Instance):
        return value.cls
    if kind in NATIVE:
        return NATIVE[kind]
    if kind is Tensor:
        return _TENSORS[value.kind]
    return _KINDS.get(kind, OBJECT)
