"""The forward trace: what a model's ``forward`` does, as a graph of tensor operations.

How it comes about
    The interpreter calls the traced module once with symbolic inputs of odd lengths (batch ``BATCH`` x
    sequence ``SEQUENCE``: 2 x 7), in inference mode (dropout is the identity, no cache, no labels),
    attention implementation ``eager``. Nothing is computed: tensors have shapes only. Shapes are concrete
    integers; ``None`` stands for a dimension that depends on data.

What a trace holds
    ``Trace.nodes``   one :class:`Node` per operation, in the order of execution; ``nodes[i].id == i``.
    ``Trace.calls``   one :class:`ModuleCall` per call of a module, in order of entry; ``calls[i].id ==
    i``; call 0 is
                      the traced module itself. Calls form a tree (``parent``); every node belongs to the
                      innermost call.
    ``Trace.made``    of buffers and other tensors from outside of the forward, how constructors made them
                      (node id to a tensor with its ``origin``).
    ``Trace.limits`` numbers that the source compared the input's length with: the module call, the number,
                      ``file#Lnn``.
    ``Trace.unknowns`` what could not be followed, each with the construct and ``file#Lnn``.

Operations (``Node.op``)
    ``input``        a model input; ``meta["name"]``: ``input_ids``, ``position_ids`` ...
    ``parameter``    a parameter or buffer read as a tensor (``self.weight * x``); ``meta["name"]``: its
    full name,
                     ``meta["kind"]``: ``parameter`` | ``buffer``. Made once per tensor.
    ``constant``     a tensor made in forward (arange, zeros, full, tensor ...); ``meta["function"]``,
    ``meta["value"]``.
    ``linear``       x W^T + b, by ``nn.Linear``, ``F.linear`` or ``Conv1D``; ``meta["in_features"]``,
    ``out_features``,
                     ``bias`` (bool). ``params`` names weight and bias.
    ``embedding``    look-up; ``meta["rows"]``, ``meta["width"]``.
    ``conv``         any convolution; ``meta["kernel_size"]``, ``groups`` ...
    ``layer_norm`` / ``rms_norm`` / ``group_norm``   library norms; ``meta["eps"]``,
    ``meta["normalized_shape"]``,
                     ``params`` (empty without affine). A norm class written out in the source appears as its
                     arithmetic (``pow``, ``mean``, ``rsqrt``, ``mul``, ``add`` ...) inside its own
                     ModuleCall.
    ``activation``   any point-wise non-linearity: ``meta["name"]`` as the source spells it (``silu``,
    ``gelu``,
                     ``gelu_new``, ``gelu_pytorch_tanh``, ``relu``, ``relu2``, ``sigmoid``, ``tanh``,
                     ``softplus`` ...);
                     ``meta["from"]``: ``ACT2FN`` | ``torch``. One node, whatever the class behind the
                     name does.
    ``softmax``      ``meta["dim"]``.
    ``attention``    the call of an attention interface (``ALL_ATTENTION_FUNCTIONS``): inputs q, k, v (B,
    heads, S, width)
                     and the mask when there is one; ``meta``: the keyword constants (``scaling``,
                     ``sliding_window``,
                     ``softcap``, ``dropout`` ...), ``tensors`` {keyword: node id} for further tensors
                     (``s_aux``:
                     attention sinks), ``function`` the fall-back function's name. What flows on are the
                     fall-back's
                     own nodes, which follow it: they carry ``region == attention.id``.
                     Older sources write softmax(q k^T) v out in the module instead, or call
    ``sdpa``         ``F.scaled_dot_product_attention``: q, k, v, mask.
    ``mask``         an attention mask builder: ``meta["kind"]``: ``full`` | ``sliding`` | ``chunked`` |
    ``bidirectional``,
                     ``meta["window"]`` (tokens, or null), ``meta["function"]``.
    ``select``       both arms of a branch on an unknown condition (or an early return): inputs are the
    candidates.
    ``getitem``      indexing; ``meta["index"]`` as text (``...,:64``), ``meta["slice"]`` (dim, start,
    stop) if simple.
    others           torch's own names in lower case: ``add`` ``sub`` ``mul`` ``div`` ``neg`` ``pow``
    ``rsqrt`` ``sqrt``
                     ``mean`` ``sum`` ``matmul`` ``einsum`` ``cat`` ``stack`` ``chunk`` ``split``
                     ``unbind`` ``topk``
                     ``view`` ``reshape`` ``transpose`` ``permute`` ``expand`` ``repeat`` ``unsqueeze``
                     ``squeeze`` ``cos``
                     ``sin`` ``exp`` ``log`` ``where`` ``clamp`` ``masked_fill`` ``view_as_complex``
                     ``polar`` ``roll``
                     ``cumsum`` ``scatter`` ``index_add`` ... In-place forms (``add_``) go by the plain name.
                     Operators: ``+ - * / @ ** // %`` are add, sub, mul, div, matmul, pow, floor_divide,
                     remainder.
                     ``chunk``, ``split``, ``unbind``, ``topk``: one node; each piece is a ``getitem``
                     node on it with
                     ``meta["piece"]`` = its position.
    An operation that no table knows is a node of that name with ``shape`` None and ``meta["unknown"]`` true.
    Casts and copies (``to``, ``float``, ``type_as``, ``contiguous``, ``clone``, ``detach``), dropout and
    asserts leave no
    node: they pass their input's node through.

Operands
    ``inputs`` are ids of the tensor operands in argument order. ``args`` is the full positional argument
    list with
    tensors as :class:`Ref`, constants as they are (``x * 0.5``: ``args == (Ref(x), 0.5)``; ``1.0 + w``:
    ``(1.0, Ref(w))``),
    so the order of operands and every literal can be seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field

BATCH = 2
SEQUENCE = 7


class Ref(Struct, frozen=True):
    """A tensor operand: the id of the node that made it."""

    node: int


class Node(Struct):
    """One tensor operation. ``shape``: its output's (of the first output for multi-output operations)."""

    id: int
    op: str
    inputs: tuple[int, ...]
    args: tuple[Any, ...]
    shape: tuple[int | None, ...] | None
    call: int
    location: str
    params: tuple[str, ...] = ()
    meta: dict[str, Any] = field(default_factory=dict)
    region: int | None = None


class ModuleCall(Struct):
    """One call of a module's forward.

    ``path`` is the module's full name (``model.layers.0.self_attn``; the empty string for the traced
    module when it is the root),
    ``class_name`` its class, ``bases`` the names of its class's method resolution order (library bases
    included),
    ``location`` the line of the call, ``defined`` the line of the class. ``inputs`` and ``outputs`` are
    node ids of the tensors
    that were passed and returned (flattened, in order), ``keywords`` those passed by name.
    ``attributes``: the
    module's simple attributes (numbers, strings, booleans, None) as its constructor left them.
    """

    id: int
    parent: int | None
    path: str
    class_name: str
    bases: tuple[str, ...]
    location: str
    defined: str
    inputs: tuple[int, ...] = ()
    keywords: dict[str, int] = field(default_factory=dict)
    outputs: tuple[int, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    children: list[int] = field(default_factory=list)
    nodes: list[int] = field(default_factory=list)
    last_node: int = -1


class TraceUnknown(Struct, frozen=True):
    """A construct that could not be followed, where, and in which module."""

    construct: str
    location: str
    path: str


class Trace:
    """The graph, with the look-ups that questions about it need."""

    def __init__(self) -> None:
        """Start empty; the interpreter fills it."""
        self.nodes: list[Node] = []
        self.calls: list[ModuleCall] = []
        self.unknowns: list[TraceUnknown] = []
        self.made: dict[int, Any] = {}
        self.limits: list[tuple[int, int, str]] = []
        self._consumers: dict[int, list[int]] | None = None
        self._called: dict[str, list[ModuleCall]] | None = None

    def consumers(self, node: int) -> tuple[int, ...]:
        """Ids of the nodes that read this node's output, in order."""
        if self._consumers is None:
            self._consumers = {}
            for one in self.nodes:
                for source in dict.fromkeys(one.inputs):
                    self._consumers.setdefault(source, []).append(one.id)
        return tuple(self._consumers.get(node, ()))

    def calls_at(self, path: str) -> list[ModuleCall]:
        """Every call of the module with this full name (a shared module may be called more than once)."""
        if self._called is None:
            self._called = {}
            for call in self.calls:
                self._called.setdefault(call.path, []).append(call)
        return self._called.get(path, [])

    def within(self, call: int) -> Iterator[Node]:
        """Every node of a call, those of nested calls included, in the order of execution."""
        todo = [call]
        found: list[int] = []
        while todo:
            one = self.calls[todo.pop()]
            found += one.nodes
            todo += one.children
        return (self.nodes[identifier] for identifier in sorted(found))

    def ancestry(self, call: int | None) -> Iterator[ModuleCall]:
        """The call itself and the calls around it, innermost first."""
        while call is not None:
            one = self.calls[call]
            yield one
            call = one.parent

    def is_inside(self, node: int, call: int) -> bool:
        """Whether a node was made by this call or a call nested in it."""
        return any(one.id == call for one in self.ancestry(self.nodes[node].call))

    def upstream(self, node: int, *, stop: frozenset[int] = frozenset()) -> set[int]:
        """All nodes this one depends on (itself included), not going beyond ``stop``."""
        seen = {node}
        todo = [node]
        while todo:
            for source in self.nodes[todo.pop()].inputs:
                if source not in seen and source not in stop:
                    seen.add(source)
                    todo.append(source)
        return seen

    def depends_on(self, node: int, source: int) -> bool:
        """Whether ``node``'s value depends on ``source``'s."""
        seen = {node}
        todo = [node]
        while todo:
            current = todo.pop()
            if current == source:
                return True
            if current < source:
                continue
            for one in self.nodes[current].inputs:
                if one not in seen:
                    seen.add(one)
                    todo.append(one)
        return False
