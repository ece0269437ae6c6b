"""Calling values: binding arguments, running a function's body, decorators, generators, context managers."""

from __future__ import annotations

from archinspect.hints import Any

from .frame import RETURN, Frame
from .namespace import Namespace
from .values import (
    BoundMethod,
    Builtin,
    ClassMethod,
    ClassValue,
    External,
    FunctionValue,
    Instance,
    ModuleObject,
    Partial,
    PropertyValue,
    Raised,
    StaticMethod,
    Super,
    Tensor,
    Unknown,
)

# The library's name for the attention function that every modelling file writes out.
ATTENTION = "eager_attention_forward"


def call(ev: Any, fn: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Call any value. What cannot be called raises the interpreted TypeError; the unknown stays unknown."""
    kind = type(fn)
    if kind is BoundMethod:
        return call(ev, fn.func, [fn.self, *args], kwargs)
    if kind is FunctionValue:
        if ev.trace is not None and fn.code.name == ATTENTION:
            return ev.trace.attention(ev, fn, args, kwargs, lambda: call_function(ev, fn, args, kwargs))
        return call_function(ev, fn, args, kwargs)
    if kind is Builtin:
        return call_builtin(ev, fn, args, kwargs)
    if kind is ClassValue:
        return ev.instantiate(fn, args, kwargs)
    if kind is ModuleObject:
        return ev.library.call_module(ev, fn, args, kwargs)
    if kind is Unknown:
        return fn
    if kind is Partial:
        return call(ev, fn.func, [*fn.args, *args], {**fn.kwargs, **kwargs})
    if kind is External:
        return ev.library.call_external(ev, fn, args, kwargs)
    if kind is StaticMethod or kind is ClassMethod:
        return call(ev, fn.func, args, kwargs)
    if isinstance(fn, Instance):
        method = fn.cls.find("__call__")
        if callable_(ev, method):
            return call(ev, method, [fn, *args], kwargs)
        return ev.unknown(f"a call of a {fn.cls.name} object")
    raise Raised(ev.exception("TypeError", f"{type(fn).__name__!r} object is not callable"))


def call_builtin(ev: Any, fn: Builtin, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Run a function of ours. Arguments that it was not written for give an unknown result, not an error:
    whether the real function would refuse them is not known.
    """
    try:
        return fn.run(ev, args, kwargs)
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, AssertionError) as error:
        lost = next((one for one in (*args, *kwargs.values()) if type(one) is Unknown), None)
        if lost is None:
            lost = ev.unknown(f"{fn.name} called in a way that is not known ({type(error).__name__})")
        ev.note(lost)
        return lost


def callable_(ev: Any, value: Any) -> bool:
    """Whether a raw class attribute is something to call."""
    return isinstance(value, FunctionValue | Builtin | BoundMethod | Partial | StaticMethod | ClassMethod)


def call_unknown_arguments(ev: Any, fn: Any, lost: Unknown) -> Any:
    """A call whose argument list is not known."""
    if isinstance(fn, Unknown):
        return fn
    return ev.unknown(f"a call with unknown arguments ({lost.why})"[:300])


def call_function(ev: Any, fn: FunctionValue, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Bind the arguments and run the body."""
    code = fn.code
    names = bind_arguments(ev, fn, args, kwargs)
    frame = Frame(ev, fn.module, names, fn.closure, fn)
    frame.line = code.line
    body = code.body
    if body is None:
        body = code.load()
    before = ev.frame
    ev.budget.enter()
    ev.frame = frame
    if code.generator:
        frame.yields = []
    try:
        for one in body:
            if one(frame) is RETURN:
                break
    finally:
        ev.budget.depth -= 1
        ev.frame = before
    if frame.yields is not None:
        return frame.yields
    if frame.pending is not None:
        return ev.merge([*frame.pending, frame.ret])
    return frame.ret


def bind_arguments(ev: Any, fn: FunctionValue, args: list[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    """A function's arguments by name, defaults included. Raises the interpreted TypeError."""
    code = fn.code
    params = code.params
    count = len(args)
    names = dict(zip(params, args, strict=False))
    if not kwargs and count == len(params) and code.vararg is code.kwarg is None and not code.kwonly:
        return names
    if count > len(params):
        if code.vararg is None:
            raise Raised(
                ev.exception(
                    "TypeError", f"{code.name}() takes {len(params)} arguments but {count} were given"
                )
            )
        names[code.vararg] = tuple(args[len(params) :])
    elif code.vararg is not None:
        names[code.vararg] = ()
    extra: dict[str, Any] = {}
    known = code.all_params
    for name, value in kwargs.items():
        if name in known:
            if name in names:
                raise Raised(
                    ev.exception("TypeError", f"{code.name}() got multiple values for argument {name!r}")
                )
            names[name] = value
        else:
            extra[name] = value
    if extra and code.kwarg is None:
        first = next(iter(extra))
        raise Raised(ev.exception("TypeError", f"{code.name}() got an unexpected keyword argument {first!r}"))
    if len(names) < len(params) + len(code.kwonly) + (code.vararg is not None):
        _defaults(ev, fn, names)
    if code.kwarg is not None:
        names[code.kwarg] = extra
    return names


def _defaults(ev: Any, fn: FunctionValue, names: dict[str, Any]) -> None:
    code = fn.code
    defaults = fn.defaults
    if defaults:
        for name, value in zip(code.params[-len(defaults) :], defaults, strict=True):
            if name not in names:
                names[name] = value
    for name, value in fn.kwdefaults.items():
        names.setdefault(name, value)
    for name in (*code.params, *code.kwonly):
        if name not in names:
            raise Raised(ev.exception("TypeError", f"{code.name}() missing required argument {name!r}"))


def decorate(ev: Any, decorator: Any, value: Any) -> Any:
    """``@decorator`` on a function or class. A decorator that is not known leaves it as it is, and is
    noted.
    """
    if isinstance(decorator, Unknown | External | Namespace):
        if isinstance(decorator, Unknown):
            ev.note(decorator)
        return value
    made = call(ev, decorator, [value], {})
    if isinstance(made, Unknown):
        ev.note(made)
        return value
    if isinstance(
        made, PropertyValue | StaticMethod | ClassMethod | FunctionValue | ClassValue | Builtin | Partial
    ):
        return made
    return value if made is None else made


def yielded(ev: Any, frame: Frame, value: Any) -> None:
    """Generators run at once: what they yield is collected."""
    if frame.yields is None:
        frame.yields = []
    frame.yields.append(value)
    ev.budget.tick()


def enter_context(ev: Any, manager: Any) -> Any:
    """``with manager as x``: the value of x. Leaving a context has no effect that matters here."""
    if isinstance(manager, Instance):
        method = manager.cls.find("__enter__")
        if isinstance(method, FunctionValue):
            return call(ev, method, [manager], {})
    return manager


def make_super(ev: Any, frame: Frame) -> Any:
    """``super()`` in a method (or in a function nested in one)."""
    here: Frame | None = frame
    while here is not None:
        func = here.func
        if func is not None and func.owner is not None and func.code.params:
            self_ = here.vars.get(func.code.params[0])
            if isinstance(self_, Instance):
                return Super(self_.cls, func.owner, self_)
            if isinstance(self_, ClassValue):
                return Super(self_, func.owner, self_)
            return ev.unknown("super() without an object")
        here = here.closure
    return ev.unknown("super() outside a method")


def is_tensor_like(value: Any) -> bool:
    """Whether a value takes part in tensor operations."""
    return isinstance(value, Tensor)
