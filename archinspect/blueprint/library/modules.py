"""torch's ``nn.Module`` and its containers: what every module has, construction, and enumeration."""

from __future__ import annotations

from collections.abc import Iterator

from archinspect.blueprint.interp.types import BUFFER, OBJECT, PARAMETER
from archinspect.blueprint.interp.values import (
    BoundMethod,
    Builtin,
    ClassValue,
    Instance,
    ModuleObject,
    Origin,
    PropertyValue,
    Tensor,
    Unknown,
)
from archinspect.hints import Any

Args = list[Any]
Kwargs = dict[str, Any]

MODULE = ClassValue("Module", (OBJECT,))
MODULE.marks["module"] = True
SEQUENTIAL = ClassValue("Sequential", (MODULE,))
MODULE_LIST = ClassValue("ModuleList", (MODULE,))
MODULE_DICT = ClassValue("ModuleDict", (MODULE,))
PARAMETER_LIST = ClassValue("ParameterList", (MODULE,))
PARAMETER_DICT = ClassValue("ParameterDict", (MODULE,))
for _container in (SEQUENTIAL, MODULE_LIST, MODULE_DICT, PARAMETER_LIST, PARAMETER_DICT):
    _container.marks["container"] = True


def walk(
    module: ModuleObject, path: str = "", *, seen: set[int] | None = None
) -> Iterator[tuple[str, ModuleObject]]:
    """Every module with its full name, depth first; with ``seen`` each module once."""
    stack: list[tuple[str, ModuleObject]] = [(path, module)]
    while stack:
        name, one = stack.pop()
        if seen is not None:
            if id(one) in seen:
                continue
            seen.add(id(one))
        yield name, one
        prefix = f"{name}." if name else ""
        for local, child in reversed(one.children.items()):
            if isinstance(child, ModuleObject):
                stack.append((prefix + local, child))


def parameters(module: ModuleObject) -> Iterator[tuple[str, Tensor]]:
    """Every parameter with its full name, shared ones under each of their names."""
    for path, one in walk(module):
        for local, tensor in one.params.items():
            if isinstance(tensor, Tensor):
                yield (f"{path}.{local}" if path else local), tensor


def make_parameter(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    """``nn.Parameter(data)``."""
    data = args[1] if len(args) > 1 else kwargs.get("data")
    if isinstance(data, Unknown):
        return Tensor(None, kind="parameter", location=data.where, data=None)
    if not isinstance(data, Tensor):
        return Tensor((0,), kind="parameter", location=ev.where())
    made = Tensor(data.shape, kind="parameter", dtype=data.dtype, location=ev.where())
    if data.origin is not None and data.origin.op != "constant":
        made.origin = Origin("filled", [], {})
    return made


def make_buffer(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    """``nn.Buffer(data, persistent=...)``."""
    data = args[1] if len(args) > 1 else kwargs.get("data")
    shape = data.shape if isinstance(data, Tensor) else None
    made = Tensor(shape, kind="buffer", dtype=getattr(data, "dtype", None), location=ev.where())
    if isinstance(data, Tensor) and data.origin is not None:
        made.origin = Origin("alias", [data], {})
    persistent = args[2] if len(args) > 2 else kwargs.get("persistent", True)
    made.data = None if persistent else "not persistent"
    return made


PARAMETER.ns["__construct__"] = Builtin("Parameter", make_parameter)
BUFFER.ns["__construct__"] = Builtin("Buffer", make_buffer)


def _register_buffer(ev: Any, args: Args, kwargs: Kwargs) -> None:
    self_, name = args[0], args[1] if len(args) > 1 else kwargs.get("name")
    tensor = args[2] if len(args) > 2 else kwargs.get("tensor")
    persistent = args[3] if len(args) > 3 else kwargs.get("persistent", True)
    if not isinstance(name, str):
        return
    if isinstance(tensor, Tensor):
        given = tensor
        tensor = Tensor(given.shape, kind="buffer", dtype=given.dtype, location=ev.where())
        tensor.origin = Origin("alias", [given], {}) if given.origin is not None else None
        tensor.data = None if persistent else "not persistent"
    ev.journal_write(self_.buffers, name)
    self_.buffers[name] = tensor


def _register_parameter(ev: Any, args: Args, kwargs: Kwargs) -> None:
    name = args[1] if len(args) > 1 else kwargs.get("name")
    value = args[2] if len(args) > 2 else kwargs.get("param")
    if not isinstance(name, str):
        return
    if value is None:
        args[0].attrs.pop(name, None)
        args[0].params[name] = None
    else:
        ev.set_module_attribute(args[0], name, value)


def _add_module(ev: Any, args: Args, kwargs: Kwargs) -> None:
    name = args[1] if len(args) > 1 else kwargs.get("name")
    value = args[2] if len(args) > 2 else kwargs.get("module")
    if isinstance(name, str):
        if value is None:
            args[0].children[name] = None
        else:
            ev.set_module_attribute(args[0], name, value)


def _submodule(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    value: Any = args[0]
    for part in str(args[1]).split("."):
        if part:
            value = ev.getattr(value, part)
    return value


def _self(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    return args[0]


def _call(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    return ev.library.call_module(ev, args[0], args[1:], kwargs)


_METHODS: dict[str, Any] = {
    "__init__": lambda ev, args, kwargs: None,
    "__call__": _call,
    "register_buffer": _register_buffer,
    "register_parameter": _register_parameter,
    "register_module": _add_module,
    "add_module": _add_module,
    "get_submodule": _submodule,
    "get_parameter": _submodule,
    "named_parameters": lambda ev, args, kwargs: list(parameters(args[0])),
    "parameters": lambda ev, args, kwargs: [one for _, one in parameters(args[0])],
    "named_modules": lambda ev, args, kwargs: list(walk(args[0])),
    "modules": lambda ev, args, kwargs: [one for _, one in walk(args[0], seen=set())],
    "children": lambda ev, args, kwargs: [one for one in args[0].children.values() if one is not None],
    "named_children": lambda ev, args, kwargs: [
        (k, one) for k, one in args[0].children.items() if one is not None
    ],
    "buffers": lambda ev, args, kwargs: [],
    "named_buffers": lambda ev, args, kwargs: [],
    "state_dict": lambda ev, args, kwargs: dict(parameters(args[0])),
    "apply": _self,
    "extra_repr": lambda ev, args, kwargs: "",
    "register_forward_hook": lambda ev, args, kwargs: None,
    "register_forward_pre_hook": lambda ev, args, kwargs: None,
    "register_load_state_dict_pre_hook": lambda ev, args, kwargs: None,
    "_register_load_state_dict_pre_hook": lambda ev, args, kwargs: None,
    "register_state_dict_post_hook": lambda ev, args, kwargs: None,
    "zero_grad": lambda ev, args, kwargs: None,
    "compile": lambda ev, args, kwargs: None,
    **dict.fromkeys(
        (
            "to",
            "eval",
            "train",
            "half",
            "float",
            "cuda",
            "cpu",
            "requires_grad_",
            "to_empty",
            "double",
            "bfloat16",
        ),
        _self,
    ),
}
for _name, _run in _METHODS.items():
    MODULE.ns[_name] = Builtin(_name, _run)
MODULE.ns["training"] = False
MODULE.ns["_parameters"] = PropertyValue(Builtin("_parameters", lambda ev, args, kwargs: args[0].params))
MODULE.ns["_modules"] = PropertyValue(Builtin("_modules", lambda ev, args, kwargs: args[0].children))
MODULE.ns["_buffers"] = PropertyValue(Builtin("_buffers", lambda ev, args, kwargs: args[0].buffers))


def clone(
    ev: Any,
    module: ModuleObject,
    known: dict[int, Any] | None = None,
    *,
    swaps: dict[int, Any] | None = None,
    special: dict[int, list[str]] | None = None,
) -> ModuleObject:
    """An equal module of its own; what is shared inside stays shared. ``swaps``: what stands in the copy for
    attributes that are the objects of these identities. ``special``: by the identity of a module in it, the
    attributes that a copy does not take as they are, where that was found out before.
    """
    known = {} if known is None else known
    ev.budget.tick()
    if id(module) in known:
        return known[id(module)]  # type: ignore[no-any-return]
    made = ModuleObject(module.cls, module.location)
    known[id(module)] = made
    made.tag = module.tag
    for name, tensor in module.params.items():
        made.params[name] = _clone_tensor(tensor, known) if isinstance(tensor, Tensor) else tensor
    for name, tensor in module.buffers.items():
        made.buffers[name] = _clone_tensor(tensor, known) if isinstance(tensor, Tensor) else tensor
    for name, child in module.children.items():
        made.children[name] = (
            clone(ev, child, known, swaps=swaps, special=special)
            if isinstance(child, ModuleObject)
            else child
        )
    attrs = made.attrs = module.attrs.copy()
    for name in list(attrs) if special is None else special[id(module)]:
        value = attrs[name]
        if swaps is not None and id(value) in swaps:
            attrs[name] = swaps[id(value)]
        elif type(value) is BoundMethod and isinstance(value.self, ModuleObject) and id(value.self) in known:
            attrs[name] = BoundMethod(value.func, known[id(value.self)])
    return made


def relocate(module: ModuleObject, where: str) -> None:
    """Stamp a library layer and its own parameters with the line that constructs it now."""
    module.location = where
    for tensor in module.params.values():
        if isinstance(tensor, Tensor):
            tensor.location = where


def _clone_tensor(tensor: Tensor, known: dict[int, Any]) -> Tensor:
    made: Tensor | None = known.get(id(tensor))
    if made is None:
        made = known[id(tensor)] = Tensor(
            tensor.shape,
            kind=tensor.kind,
            dtype=tensor.dtype,
            node=tensor.node,
            location=tensor.location,
            data=tensor.data,
        )
        if tensor.node is None and tensor.origin is not None:
            made.origin = Origin("alias", [tensor], {})
    return made


__all__ = ["MODULE", "Instance", "clone", "parameters", "walk"]
