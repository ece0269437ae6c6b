"""Recording a forward: the interpreter reports every tensor operation and module call here."""

from __future__ import annotations

from typing import Any

from .interp.values import (
    BoundMethod,
    Builtin,
    ClassValue,
    ConfigObject,
    External,
    FunctionValue,
    Instance,
    ModuleObject,
    Raised,
    Tensor,
    Unknown,
    describe,
)
from .library.core import run_forward
from .trace import SEQUENCE, ModuleCall, Node, Ref, Trace, TraceUnknown

MAX_NODES = 400_000
ATTENTION = "eager_attention_forward"


class Recorder:
    """Builds a :class:`Trace`. ``paths`` and ``names`` give modules and parameters their full names by
    identity.
    """

    def __init__(self, paths: dict[int, str], names: dict[int, str]) -> None:
        """Nothing is recorded yet."""
        self.trace = Trace()
        self.paths = paths
        self.names = names
        self._tensors: dict[int, int] = {}
        self._keep: list[Any] = []
        self.current = -1
        self.region: int | None = None
        self.length = SEQUENCE

    def record(
        self, ev: Any, op: str, args: list[Any], kwargs: dict[str, Any], shape: Any, meta: dict[str, Any]
    ) -> int:
        """Add a node; its id."""
        inputs: list[int] = []
        params: list[str] = []
        shown = tuple(self._operand(ev, one, inputs, params, 0) for one in args)
        for key, value in kwargs.items():
            if isinstance(value, Tensor | list | tuple):
                found = self._operand(ev, value, inputs, params, 0)
                if isinstance(value, Tensor):
                    meta = {**meta, "tensors": {**meta.get("tensors", {}), key: found.node}}
        return self._add(op, tuple(inputs), shown, shape, ev.where(), tuple(params), meta)

    def _add(
        self,
        op: str,
        inputs: tuple[int, ...],
        args: tuple[Any, ...],
        shape: Any,
        where: str,
        params: Any,
        meta: Any,
    ) -> int:
        nodes = self.trace.nodes
        if len(nodes) >= MAX_NODES:
            from .interp.budget import OutOfBoundsError

            raise OutOfBoundsError(f"more than {MAX_NODES} operations in one forward")
        node = Node(len(nodes), op, inputs, args, shape, self.current, where, params, meta, self.region)
        nodes.append(node)
        if self.current >= 0:
            self.trace.calls[self.current].nodes.append(node.id)
        return node.id

    def _operand(self, ev: Any, value: Any, inputs: list[int], params: list[str], depth: int) -> Any:
        if isinstance(value, Tensor):
            node = self.node_of(ev, value)
            inputs.append(node)
            name = self.names.get(id(value))
            if name is not None:
                params.append(name)
            return Ref(node)
        if isinstance(value, list | tuple) and depth < 3:
            return tuple(self._operand(ev, one, inputs, params, depth + 1) for one in value[:1000])
        return plain(value)

    def node_of(self, ev: Any, tensor: Tensor) -> int:
        """The node that made a tensor; parameters, buffers and outside tensors get theirs when first read."""
        if tensor.node is not None:
            return tensor.node
        known = self._tensors.get(id(tensor))
        if known is None:
            name = self.names.get(id(tensor), "")
            meta = {"name": name, "kind": tensor.kind if tensor.kind != "value" else "constant"}
            known = self._add(
                "parameter",
                (),
                (),
                tensor.shape,
                tensor.location or ev.where(),
                (name,) if name else (),
                meta,
            )
            self._tensors[id(tensor)] = known
            if tensor.origin is not None:
                self.trace.made[known] = tensor
            self._keep.append(tensor)
        return known

    def input(self, ev: Any, name: str, shape: tuple[int | None, ...], dtype: str) -> Tensor:
        """A model input."""
        node = self._add("input", (), (), shape, "", (), {"name": name})
        return Tensor(shape, dtype=dtype, node=node)

    def compared(self, ev: Any, number: int) -> None:
        """The length of the input was compared with a number: beyond it another way may be taken."""
        if number > SEQUENCE:
            self.trace.limits.append((self.current, number, ev.where()))

    def call_module(self, ev: Any, module: ModuleObject, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Run a module's forward as a module call of the trace."""
        call = self._enter(ev, module, args, kwargs)
        before, self.current = self.current, call.id
        try:
            if module.tag is not None:
                result = self._activation(ev, module, args, kwargs)
            else:
                result = run_forward(ev, module, args, kwargs)
        except Raised as error:
            if not _expected(error):
                self.trace.unknowns.append(TraceUnknown(describe(error), ev.where(), call.path))
            raise
        finally:
            self.current = before
            call.last_node = len(self.trace.nodes) - 1
        found: list[int] = []
        self._flat(ev, result, found, 0)
        call.outputs = tuple(found)
        return result

    def _enter(self, ev: Any, module: ModuleObject, args: list[Any], kwargs: dict[str, Any]) -> ModuleCall:
        calls = self.trace.calls
        parent = self.current if self.current >= 0 else None
        inputs: list[int] = []
        for one in args:
            self._flat(ev, one, inputs, 0)
        keywords = {key: self.node_of(ev, one) for key, one in kwargs.items() if isinstance(one, Tensor)}
        for one in kwargs.values():
            self._flat(ev, one, inputs, 0)
        call = ModuleCall(
            len(calls),
            parent,
            self.paths.get(id(module), ""),
            module.cls.name,
            tuple(one.name for one in module.cls.mro),
            ev.where(),
            defined(module.cls),
            tuple(inputs),
            keywords,
            attributes=simple_attributes(module),
        )
        calls.append(call)
        if parent is not None:
            calls[parent].children.append(call.id)
        return call

    def _flat(self, ev: Any, value: Any, found: list[int], depth: int) -> None:
        if isinstance(value, Tensor):
            found.append(self.node_of(ev, value))
        elif depth < 4:
            if isinstance(value, list | tuple):
                for one in value[:1000]:
                    self._flat(ev, one, found, depth + 1)
            elif isinstance(value, Instance) and not isinstance(value, ModuleObject | ConfigObject):
                for one in value.attrs.values():
                    self._flat(ev, one, found, depth + 1)

    def _activation(self, ev: Any, module: ModuleObject, args: list[Any], kwargs: dict[str, Any]) -> Any:
        from .library.tensors import emit

        x = args[0] if args else next(iter(kwargs.values()), None)
        if not isinstance(x, Tensor):
            return run_forward(ev, module, args, kwargs)
        meta = {"name": module.tag, "from": "ACT2FN", "class": module.cls.name}
        return emit(ev, "activation", [x], x.shape, dtype=x.dtype, meta=meta)

    def attention(self, ev: Any, fn: FunctionValue, args: list[Any], kwargs: dict[str, Any], run: Any) -> Any:
        """The call of an attention function: one node, then the function's own nodes as its region."""
        names = dict(zip(fn.code.params, args, strict=False)) | kwargs
        order = ("query", "key", "value", "attention_mask")
        main = [names.get(one) for one in order if isinstance(names.get(one), Tensor)]
        extra = {k: self.node_of(ev, v) for k, v in names.items() if isinstance(v, Tensor) and k not in order}
        meta: dict[str, Any] = {
            k: v for k, v in names.items() if v is None or isinstance(v, bool | int | float | str)
        }
        meta["tensors"] = extra
        meta["function"] = f"{fn.module.label}#L{fn.code.line}"
        q: Any = names.get("query")
        v: Any = names.get("value")
        shape = (*q.shape[:-1], v.shape[-1]) if _known(q) and _known(v) else None
        inputs: list[int] = []
        params: list[str] = []
        shown = tuple(self._operand(ev, one, inputs, params, 0) for one in main)
        marker = self._add(
            "attention", (*inputs, *extra.values()), shown, shape, ev.where(), tuple(params), meta
        )
        before, self.region = self.region, marker
        try:
            return run()
        finally:
            self.region = before


def _known(value: Any) -> bool:
    return isinstance(value, Tensor) and bool(value.shape)


def _expected(error: Raised) -> bool:
    return isinstance(error.value, Instance) and error.value.cls.name in (
        "AttributeError",
        "KeyError",
        "StopIteration",
    )


def defined(cls: ClassValue) -> str:
    """Where a class is defined."""
    return f"{cls.module.label}#L{cls.line}" if cls.module is not None else f"torch.nn.{cls.name}"


def plain(value: Any) -> Any:
    """A constant operand as JSON-able data; what is not is shown as text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if value is ...:
        return "..."
    if isinstance(value, External):
        return value.path
    if isinstance(value, Unknown):
        return f"unknown: {value.why}"
    if isinstance(value, slice):
        return f"{plain(value.start)}:{plain(value.stop)}:{plain(value.step)}"
    return f"<{type(value).__name__}>"


def simple_attributes(module: ModuleObject) -> dict[str, Any]:
    """A module's numbers, strings, booleans and None, and short lists of them."""
    found: dict[str, Any] = {}
    for key, value in module.attrs.items():
        if value is None or isinstance(value, bool | int | float | str):
            found[key] = value
        elif isinstance(value, tuple | list) and len(value) <= 512:
            if all(one is None or isinstance(one, bool | int | float | str) for one in value):
                found[key] = list(value)
        elif isinstance(value, Unknown):
            found[key] = None
    return found


_ = (BoundMethod, Builtin)
