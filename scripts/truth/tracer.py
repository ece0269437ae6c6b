"""Records a forward pass as a graph of torch calls: parameters on the meta device, everything else real.

Tensors that depend on parameters have no values; masks, positions, rotary tables and routed indices do.
An operation that mixes both kinds runs on the meta device. `topk` and its kin on scores without values
answer with 0, 1, 2, ...
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.nn.modules import module as hooks
from torch.overrides import TorchFunctionMode

BATCH, SEQUENCE = 1, 11
ORDERED = ("topk", "sort", "argsort", "argmax", "argmin", "max", "min", "multinomial")
MADE = (
    "arange",
    "ones",
    "zeros",
    "full",
    "tensor",
    "ones_like",
    "zeros_like",
    "full_like",
    "empty",
    "linspace",
    "tril",
    "triu",
)


@dataclass
class Node:
    """One torch call. `args` and `kwargs` hold Ref for tensors; `outputs` are the tensors it made."""

    id: int
    op: str
    func: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    inputs: list[int]
    outputs: list[torch.Tensor]
    call: int
    kind: str = "data"
    """`parameter` (or made of parameters and constants only), `real` (has values), `data`."""
    name: str | None = None
    tag: Any = None


@dataclass(frozen=True)
class Ref:
    """A tensor operand: which output of which node."""

    node: int
    output: int


@dataclass
class Call:
    """One call of a module."""

    id: int
    parent: int | None
    path: str
    module: nn.Module
    inputs: list[int] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)


class Tracer(TorchFunctionMode):
    """`with Tracer(model) as graph: model(...)`."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.nodes: list[Node] = []
        self.calls: list[Call] = []
        self.of: dict[int, Ref] = {}
        self.keep: list[torch.Tensor] = []
        self.paths = {id(m): path for path, m in reversed(list(model.named_modules(remove_duplicate=False)))}
        self.names = {id(p): name for name, p in model.named_parameters()}
        self.stack: list[int] = []
        self._hooks: list[Any] = []

    def __enter__(self) -> "Tracer":
        self._hooks = [
            hooks.register_module_forward_pre_hook(self._entered),
            hooks.register_module_forward_hook(self._left, with_kwargs=True),
        ]
        super().__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        for hook in self._hooks:
            hook.remove()

    def _entered(self, module: nn.Module, args: Any) -> None:
        parent = self.stack[-1] if self.stack else None
        call = Call(len(self.calls), parent, self.paths.get(id(module), "?"), module)
        self.calls.append(call)
        call.inputs = [self.ref(t).node for t in _tensors(args)]
        self.stack.append(call.id)

    def _left(self, module: nn.Module, args: Any, kwargs: Any, output: Any) -> None:
        call = self.calls[self.stack.pop()]
        while call.module is not module:  # a call that an exception left
            call = self.calls[self.stack.pop()]
        if not call.inputs:
            call.inputs = [self.ref(t).node for t in _tensors(kwargs)]
        call.outputs = [self.ref(t).node for t in _tensors(output)]

    def ref(self, tensor: torch.Tensor) -> Ref:
        """The operand for a tensor; one that no recorded call made becomes a leaf."""
        found = self.of.get(id(tensor))
        if found is None:
            is_parameter = isinstance(tensor, nn.Parameter)
            op = "parameter" if is_parameter else "leaf"
            node = self._node(op, None, (), {}, [], [tensor])
            node.kind = "parameter" if is_parameter else "real" if tensor.device.type == "cpu" else "data"
            node.name = self.names.get(id(tensor))
            found = self.of[id(tensor)]
        return found

    def _node(
        self, op: str, func: Any, args: Any, kwargs: Any, inputs: list[int], outputs: list[torch.Tensor]
    ) -> Node:
        call = self.stack[-1] if self.stack else -1
        node = Node(len(self.nodes), op, func, args, kwargs, inputs, outputs, call)
        self.nodes.append(node)
        self.keep += outputs
        for position, tensor in enumerate(outputs):
            self.of[id(tensor)] = Ref(node.id, position)
        return node

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        op = name_of(func)
        operands = _tensors((args, kwargs))
        if op == "to" and operands[0].device.type == "cpu":
            args, kwargs = _stay(args), {k: v for k, v in kwargs.items() if k != "device"}
        elif op in MADE and str(kwargs.get("device", "")) == "meta" and not _large_float(op, args, kwargs):
            kwargs["device"] = "cpu"
        mixed = any(t.device.type == "meta" for t in operands)
        run_args, run_kwargs = (_map((args, kwargs), _on_meta)) if mixed else (args, kwargs)
        if op in ("getitem", "setitem") and isinstance(args[0], torch.Tensor):
            run_args = (run_args[0] if op == "getitem" or mixed else args[0], args[1], *run_args[2:])
        if op in ("setitem", "copy") and mixed and operands[0].device.type == "cpu":
            run_args, run_kwargs = args, kwargs
        out = func(*run_args, **run_kwargs)
        if mixed and op in ORDERED:
            out = _indices_real(out)
        outputs = _tensors(out)
        if op == "setitem":
            outputs = operands[:1]
        if outputs and not (op == "get" and func_is_plain(func)) and not _alias(func, operands, outputs):
            self._record(op, func, args, kwargs, operands, outputs)
        return out

    def _record(
        self, op: str, func: Any, args: Any, kwargs: Any, operands: list[Any], outputs: list[Any]
    ) -> None:
        refs = {id(t): self.ref(t) for t in operands}
        args, kwargs = _map((args, kwargs), lambda t: refs[id(t)])
        node = self._node(op, func, args, kwargs, [refs[id(t)].node for t in operands], outputs)
        kinds = {self.nodes[i].kind for i in node.inputs}
        if all(t.device.type == "cpu" for t in outputs):
            node.kind = "real"
        elif kinds <= {"parameter", "real"} and "parameter" in kinds and op != "embedding":
            node.kind = "parameter"

    def around(self, call: int | None) -> Iterator[Call]:
        """The call and those around it, innermost first."""
        while call is not None and call >= 0:
            yield self.calls[call]
            call = self.calls[call].parent

    def inside(self, node: int, call: int) -> bool:
        """Whether the node was made within the call."""
        return any(one.id == call for one in self.around(self.nodes[node].call))

    def back(self, node: int, stop: Any) -> tuple[list[int], list[int]]:
        """Nodes upstream of (and with) a node up to those where `stop` holds: (passed, stopped at), in
        order."""
        seen, halted, todo = {node}, set(), [node]
        while todo:
            one = todo.pop()
            if stop(self.nodes[one]):
                halted.add(one)
                continue
            for source in self.nodes[one].inputs:
                if source not in seen and (
                    self.nodes[source].kind != "data" or self.nodes[one].kind == "data"
                ):
                    seen.add(source)
                    todo.append(source)
        return sorted(seen - halted), sorted(halted)


def name_of(func: Any) -> str:
    """`Tensor.__rmul__` and `Tensor.mul_` are "mul"."""
    name = getattr(func, "__name__", str(func)).strip("_")
    return {
        "radd": "add",
        "iadd": "add",
        "rmul": "mul",
        "imul": "mul",
        "rsub": "sub",
        "isub": "sub",
        "truediv": "div",
        "rtruediv": "rdiv",
        "rdiv": "rdiv",
        "itruediv": "div",
        "rpow": "rpow",
        "multiply": "mul",
        "true_divide": "div",
        "rmatmul": "matmul",
    }.get(name, name)


def func_is_plain(func: Any) -> bool:
    """A property such as `.device` or `.data`, which makes nothing new."""
    return getattr(getattr(func, "__self__", None), "__name__", "") in (
        "data",
        "grad",
        "shape",
        "device",
        "dtype",
    )


def _alias(func: Any, operands: list[torch.Tensor], outputs: list[torch.Tensor]) -> bool:
    """A cast or copy that had nothing to do hands its operand back."""
    name = getattr(func, "__name__", "")
    in_place = (
        (name.endswith("_") and not name.startswith("__")) or name.startswith("__i") or name == "__setitem__"
    )
    return not in_place and any(outputs[0] is one for one in operands)


def _tensors(tree: Any) -> list[torch.Tensor]:
    found: list[torch.Tensor] = []
    _map(tree, lambda t: found.append(t) or t)
    return found


def _map(tree: Any, change: Any) -> Any:
    if isinstance(tree, torch.Tensor):
        return change(tree)
    if isinstance(tree, (list, tuple)):
        items = [_map(one, change) for one in tree]
        return (
            items
            if isinstance(tree, list)
            else tuple(items)
            if type(tree) in (tuple, torch.Size) or not hasattr(tree, "_fields")
            else type(tree)(*items)
        )
    if isinstance(tree, dict):
        return {key: _map(one, change) for key, one in tree.items()}
    if isinstance(tree, slice):
        return slice(*(_map(one, change) for one in (tree.start, tree.stop, tree.step)))
    return tree


def _on_meta(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.to("meta") if tensor.device.type == "cpu" else tensor


def _stay(args: Any) -> Any:
    """The arguments of `to` without a device."""
    return tuple(
        a.dtype if i and isinstance(a, torch.Tensor) else a
        for i, a in enumerate(args)
        if not (i and (isinstance(a, (str, torch.device))))
    )


def _large_float(op: str, args: Any, kwargs: Any) -> bool:
    """zeros and empty of a float type collect results that have no values."""
    dtype = kwargs.get("dtype") or torch.float32
    return op in ("zeros", "zeros_like", "empty") and getattr(dtype, "is_floating_point", dtype is float)


def _indices_real(out: Any) -> Any:
    def real(t: torch.Tensor) -> torch.Tensor:
        if t.dtype != torch.int64:
            return t
        width = t.shape[-1] if t.dim() else 1
        return torch.arange(width).expand(t.shape).clone() if t.dim() else torch.tensor(0)

    if isinstance(out, torch.Tensor):
        return real(out)
    return (
        type(out)([real(t) for t in out])
        if isinstance(out, tuple) and hasattr(out, "values")
        else _map(out, real)
    )
