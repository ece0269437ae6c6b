"""Tracing a built model's forward with symbolic inputs."""

from __future__ import annotations

from msgspec import Struct

from .build import Built
from .interp.budget import OutOfBoundsError
from .interp.values import (
    BoundMethod,
    External,
    FunctionValue,
    ModuleObject,
    Raised,
    Tensor,
    Unknown,
    describe,
)
from .library.creation import sized
from .library.modules import parameters, walk
from .recorder import Recorder
from .trace import BATCH, SEQUENCE, Trace

_MASK = "attention_mask"


class Traced(Struct, frozen=True):
    """A trace, or why there is none."""

    trace: Trace | None
    unknown: str | None
    raised: bool = False
    """The forward itself raised an error."""


def trace_forward(built: Built) -> Traced:
    """Call the model with token ids, and with a mask of ones where it refuses to go without. What goes wrong
    is the reason why there is no trace.
    """
    for module in built.modules.values():
        # Which kernel computes a layer does not change what it computes, and there is none here.
        if module.attrs.get("use_fast_kernels") is True:
            module.attrs["use_fast_kernels"] = False
    built.ev.library.length = SEQUENCE
    first = _traced(built, masked=False)
    if not first.raised or not _takes_a_mask(built):
        return first
    again = _traced(built, masked=True)
    return first if again.raised else again


def _traced(built: Built, masked: bool) -> Traced:
    ev = built.ev
    recorder = Recorder(*_identities(built.root))
    ev.trace = recorder
    try:
        ids = recorder.input(ev, "input_ids", (BATCH, SEQUENCE), "torch.int64")
        given = _arguments(built, recorder, ids)
        if masked:
            given[_MASK] = sized(ev, "ones", [(BATCH, SEQUENCE)], {"dtype": External("torch.int64")})
        made = ev.call(built.root, [], given)
    except Raised as error:
        return Traced(recorder.trace if recorder.trace.calls else None, describe(error), raised=True)
    except OutOfBoundsError as error:
        ev.budget.extend()
        return Traced(None, str(error))
    finally:
        ev.trace = None
    if isinstance(made, Unknown):
        return Traced(recorder.trace, f"{made.why} ({made.where})")
    return Traced(recorder.trace, None if recorder.trace.calls[0].outputs else "the forward gives no tensor")


def _takes_a_mask(built: Built) -> bool:
    forward = _forward(built)
    return forward is not None and _MASK in forward.code.all_params


def _forward(built: Built) -> FunctionValue | None:
    forward = built.root.cls.find("forward")
    forward = forward.func if isinstance(forward, BoundMethod) else forward
    return forward if isinstance(forward, FunctionValue) else None


def _arguments(built: Built, recorder: Recorder, ids: Tensor) -> dict[str, object]:
    """``input_ids``, no cache, and outputs as objects, as far as the forward takes them; and something for
    whatever else it asks for."""
    forward = _forward(built)
    given: dict[str, object] = {"input_ids": ids}
    if forward is not None:
        for name, value in (("use_cache", False), ("return_dict", True)):
            if name in forward.code.all_params or (name == "use_cache" and forward.code.kwarg):
                given[name] = value
        if "input_ids" not in forward.code.all_params and forward.code.params[1:]:
            given[forward.code.params[1]] = given.pop("input_ids")
        for name in _required(forward):
            if name not in given:
                given[name] = _data(built, recorder, name)
    return given


def _required(forward: FunctionValue) -> list[str]:
    code = forward.code
    plain = code.params[1 : len(code.params) - len(forward.defaults)]
    return [*plain, *(name for name in code.kwonly if name not in forward.kwdefaults)]


def _data(built: Built, recorder: Recorder, name: str) -> Tensor:
    """What a user has to bring: a number for each token, where the name is that of ids or of a mask, else for
    each text (a time, a level of noise)."""
    each = name.endswith(("ids", "mask", "labels"))
    return recorder.input(built.ev, name, (BATCH, SEQUENCE) if each else (BATCH,), "torch.int64")


def _identities(root: ModuleObject) -> tuple[dict[int, str], dict[int, str]]:
    paths: dict[int, str] = {}
    names: dict[int, str] = {}
    for path, module in walk(root):
        paths.setdefault(id(module), path)
        for local, tensor in module.buffers.items():
            if isinstance(tensor, Tensor):
                names.setdefault(id(tensor), f"{path}.{local}" if path else local)
    for name, tensor in parameters(root):
        names.setdefault(id(tensor), name)
    return paths, names
