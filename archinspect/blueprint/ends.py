"""Input embedding and output head as the forward shows them, where the model's own accessors name none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .reading import ModuleView
from .records import Parameter
from .trace import Node, Trace

_IDS = frozenset(("view", "reshape", "unsqueeze", "squeeze", "flatten", "expand", "getitem"))
"""What gives the token ids again, or some of them."""
_ABOUT_IDS = frozenset(
    ("eq", "ne", "lt", "le", "gt", "ge", "isin", "ones_like", "zeros_like", "full_like", "empty_like")
)
"""What only asks about the ids or their shape: no table's rows are chosen by it."""
_LOGITS = frozenset(
    (*_IDS, "transpose", "permute", "mul", "div", "tanh", "clamp", "index_select", "activation")
)
"""What logits pass through after the product that makes them: views, a scale, a cap."""


class Ends:
    """Reads both ends off a trace; ``whole`` tells whether the forward was followed to its end."""

    def __init__(
        self,
        trace: Trace,
        modules: Mapping[str, ModuleView],
        parameters: Mapping[str, Parameter],
        tied: Sequence[tuple[str, ...]],
        whole: bool,
    ) -> None:
        """Nothing is looked at yet."""
        self.trace = trace
        self.modules = modules
        self.parameters = parameters
        self.tied = tied
        self.whole = whole

    def embedding(self) -> str | None:
        """The module whose table is looked up by token ids; None unless it is one alone and nothing else is
        made of the ids.
        """
        if not self.whole and self._uncalled_table():
            return None
        paths: set[str | None] = set()
        ids = {
            one.id for one in self.trace.nodes if one.op == "input" and one.meta.get("name") == "input_ids"
        }
        for node in self.trace.nodes:
            if not node.inputs or ids.isdisjoint(node.inputs):
                continue
            if node.op in _IDS and node.inputs[0] in ids:
                ids.add(node.id)
            elif node.op == "embedding" and node.inputs[0] in ids:
                paths.add(self._owner(node))
            elif node.op not in _ABOUT_IDS:
                return None
        return paths.pop() if len(paths) == 1 else None

    def head(self, embedding: str | None) -> str | None:
        """The module whose product is returned with an entry for each row of the embedding; None unless it is
        one alone.
        """
        table = self.parameters.get(f"{embedding}.weight")
        if not self.whole or table is None or not table.shape:
            return None
        products = (self._product(output) for output in self.trace.calls[0].outputs)
        paths = {self._owner(node) for node in products if node is not None and node.op == "linear"}
        heads = {path for path in paths if path is not None and self._rows(path) == table.shape[0]}
        return heads.pop() if len(heads) == 1 else None

    def _uncalled_table(self) -> bool:
        """Whether a table of the model was not reached before the forward broke off."""
        called = {call.path for call in self.trace.calls}
        tables = (path for path, one in self.modules.items() if "Embedding" in (one.class_name, *one.bases))
        return any(path not in called for path in tables)

    def _owner(self, node: Node) -> str | None:
        """The module whose weight a node reads: the one called, else the one that the parameter is named
        after.
        """
        own = f"{self.trace.calls[node.call].path}.weight" if node.call >= 0 else ""
        read = next(iter(node.params), "")
        if own in self.parameters and any(read in names and own in names for names in ((own,), *self.tied)):
            return own.removesuffix(".weight")
        path, _, local = read.rpartition(".")
        return path if local == "weight" and read in self.parameters and node.op == "embedding" else None

    def _product(self, node: int) -> Node | None:
        """The first operation against the flow that is not one of those that logits pass through."""
        one = self.trace.nodes[node]
        while one.op in _LOGITS:
            sources = list(self._flow(one))
            if len(sources) != 1:
                return None
            one = self.trace.nodes[sources[0]]
        return one

    def _flow(self, node: Node) -> Iterator[int]:
        """What a node is made of; of a selection, what is selected from."""
        yield from node.inputs[:1] if node.op in ("getitem", "index_select") else node.inputs

    def _rows(self, path: str) -> int | None:
        shape = self.parameters[f"{path}.weight"].shape
        return shape[0] if shape else None
