"""Embedding, head, ties and totals: what parameters alone show, and the last step of the forward."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archinspect.blueprint.reading import Reading

from .missing import complete
from .unclear import UnclearError


def embedding_table(reading: Reading) -> str:
    """The name of the input embedding's weight."""
    path = reading.embedding_path
    table = f"{path}.weight" if path is not None else None
    if table is None or table not in reading.parameters:
        raise UnclearError(
            "the input embedding is not one table",
            reading.modules[path].location if path is not None and path in reading.modules else "",
        )
    return table


def vocab_size(reading: Reading) -> int:
    """Rows of the input embedding as the model builds it."""
    shape = reading.parameters[embedding_table(reading)].shape
    if shape is None or len(shape) != 2:
        raise UnclearError(
            "the embedding's size is not known", reading.parameters[embedding_table(reading)].location
        )
    return shape[0]


def tied(reading: Reading) -> bool:
    """Whether the output head's weight is the input embedding."""
    table = embedding_table(reading)
    head = f"{reading.head_path}.weight"
    if reading.head_path is None or head not in reading.parameters:
        raise UnclearError("the model has no output head of its own")
    for path, (why, where) in reading.missing.items():
        if path.rpartition(".")[2] == "tie_word_embeddings":
            raise UnclearError(f"whether weights are tied: {why}", where)
    return any(table in group and head in group for group in reading.tied) or head == table


def head_bias(reading: Reading) -> bool:
    """Whether the output head adds a bias."""
    if reading.head_path is None or reading.head_path not in reading.modules:
        raise UnclearError("the model has no output head of its own")
    return "bias" in reading.modules[reading.head_path].parameters


def parameter_totals(reading: Reading) -> dict[str, int]:
    """{total, embedding, non_embedding, model}: unique elements, tied ones once.

    ``non_embedding`` leaves out both the input embedding and an untied output head, as published figures do.
    """
    complete(reading, "")
    leaders = {name: group[0] for group in reading.tied for name in group}
    total = elements(reading, text_parameters(reading), leaders)
    table = elements(reading, [embedding_table(reading)], leaders)
    whole = elements(reading, reading.parameters, leaders)
    ends = [embedding_table(reading), *_head_parameters(reading)]
    rest = total - elements(reading, ends, leaders)
    return {"total": total, "embedding": table, "non_embedding": rest, "model": whole}


def _head_parameters(reading: Reading) -> list[str]:
    if reading.head_path is None:
        return []
    return [name for name in reading.parameters if _within(name, reading.head_path)]


def text_parameters(reading: Reading) -> list[str]:
    """Parameters of the text decoder and of what leads from it to the logits: all that running on text
    alone calls."""
    inside = [reading.text_path, *([reading.head_path] if reading.head_path else [])]
    outside = [name for name in reading.parameters if not any(_within(name, path) for path in inside)]
    if not outside:
        return list(reading.parameters)
    if reading.trace is None or reading.trace_unknown is not None:
        raise UnclearError("which modules belong to the text decoder: the forward could not be followed")
    around = {path[:at] for path in inside for at in range(len(path)) if path[at] == "."} | {""}
    called = {call.path for call in reading.trace.calls} - around
    more = [
        name for name in outside if any(name[:at] in called for at in range(len(name)) if name[at] == ".")
    ]
    more += [name for name in outside if name.rpartition(".")[0] in around]
    return [name for name in reading.parameters if any(_within(name, path) for path in inside)] + more


def _within(name: str, path: str) -> bool:
    return not path or name.startswith(path + ".")


def elements(reading: Reading, names: Iterable[str], leaders: Mapping[str, str]) -> int:
    """Elements of these parameters, tied ones once. Raises UnclearError when a shape is not known."""
    count = 0
    for name in {leaders.get(name, name) for name in names}:
        one = reading.parameters[name]
        size = one.elements
        if size is None:
            raise UnclearError(f"the shape of {name} is not known: {one.unknown}", one.location)
        count += size
    return count
