"""Finds the text decoder among a checkpoint's tensors: its embedding, its stack of layers, its head."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from archinspect.records.tensors import Decoder, Layer, Weight
from archinspect.witness.tensors.names import (
    DRAFT_MARKS,
    FINAL_NORMS,
    HEADS,
    TOKEN_EMBEDDINGS,
    components,
    is_norm,
)

NUMBER = re.compile(r"\d{1,6}")
MOST_EMBEDDINGS = 32
"""Of a hostile file no more are looked at; a model with two cannot be told apart anyway."""
DECODER = "decoder"
EMBEDS = "embed"


def find_decoder(weights: Sequence[Weight]) -> Decoder | str:
    """The decoder, or why none can be told from the names."""
    stacks = _stacks(weights)
    candidates = [weight for weight in weights if _embedding_root(weight) is not None]
    found = [
        (weight, root, stack)
        for weight in candidates[:MOST_EMBEDDINGS]
        if (root := _embedding_root(weight)) is not None and (stack := _stack_of(root, stacks)) is not None
    ]
    if not found:
        return "no tensor is named as the token embedding of a stack of layers"
    if len({stack for _, _, stack in found}) > 1:
        names = ", ".join(sorted(weight.name for weight, _, _ in found)[:4])
        return f"more than one stack of layers has a token embedding ({names})"
    embedding, root, stack = found[0]
    layers, drafts = _layers(stacks[stack])
    if layers is None:
        return f"the layers of {stack} are not numbered from 0 without gaps"
    outside = [weight for weight in weights if not weight.name.startswith(stack + ".")]
    norm = _parts(outside, FINAL_NORMS, root, exact=True) or _parts(
        outside, FINAL_NORMS, stack.rpartition(".")[0] + ".", exact=True
    )
    hidden = _hidden(embedding, norm, layers)
    head = _parts(outside, HEADS, root) or _head_by_shape(outside, embedding)
    return Decoder(root, embedding, layers, drafts, head, norm, hidden)


def _stacks(weights: Sequence[Weight]) -> dict[str, dict[int, dict[str, Weight]]]:
    stacks: dict[str, dict[int, dict[str, Weight]]] = {}
    for weight in weights:
        path = components(weight.name)
        at = next((place for place, part in enumerate(path) if place and NUMBER.fullmatch(part)), None)
        if at is not None and at + 1 < len(path):
            layer = stacks.setdefault(".".join(path[:at]), {}).setdefault(int(path[at]), {})
            layer[".".join(path[at + 1 :])] = weight
    return stacks


def _embedding_root(weight: Weight) -> str | None:
    path = components(weight.name)
    if len(path) < 2 or path[-1] != "weight" or path[-2] not in TOKEN_EMBEDDINGS:
        return None
    if any(NUMBER.fullmatch(part) for part in path) or (weight.shape is not None and len(weight.shape) != 2):
        return None
    return ".".join([*path[:-2], ""])


def _stack_of(root: str, stacks: Mapping[str, Mapping[int, Layer]]) -> str | None:
    """The nearest stack that starts with `root`; of several as near, the decoder's or the largest."""
    while True:
        below = [stack for stack in stacks if stack.startswith(root)]
        if below:
            return _nearest(below, root, stacks)
        if not root:
            return None
        root = ".".join([*root.split(".")[:-2], ""]) if root.count(".") > 1 else ""


def _nearest(below: Sequence[str], root: str, stacks: Mapping[str, Mapping[int, Layer]]) -> str | None:
    depth = min(stack[len(root) :].count(".") for stack in below)
    near = [stack for stack in below if stack[len(root) :].count(".") == depth]
    if len(near) > 1 and depth > 0:  # an encoder and a decoder, or modules that run in turn
        near = [stack for stack in near if DECODER in components(stack)]
        return near[0] if len(near) == 1 else None
    return max(near, key=lambda stack: (sum(map(len, stacks[stack].values())), stack))


def _layers(stack: Mapping[int, Layer]) -> tuple[tuple[Layer, ...] | None, frozenset[int]]:
    drafts = frozenset(
        number for number, layer in stack.items() if any(_has(name, DRAFT_MARKS) for name in layer)
    )
    numbers = sorted(stack.keys() - drafts)
    if numbers != list(range(len(numbers))):
        return None, drafts
    return tuple(stack[number] for number in numbers), drafts


def _has(name: str, marks: Sequence[str]) -> bool:
    return any(part in marks for part in components(name))


def _parts(
    weights: Sequence[Weight], leaves: Sequence[str], root: str, exact: bool = False
) -> dict[str, Weight]:
    """Tensors of the module called one of `leaves` that stands at `root`, or (not `exact`) above it."""
    parts: dict[str, Weight] = {}
    for weight in weights:
        path = components(weight.name)
        prefix = ".".join([*path[:-2], ""]) if len(path) > 2 else ""
        placed = prefix == root or (not exact and root.startswith(prefix))
        if placed and len(path) >= 2 and path[-2] in leaves and path[-1] in ("weight", "bias"):
            parts.setdefault(path[-1], weight)
    return parts


def _head_by_shape(weights: Sequence[Weight], embedding: Weight) -> dict[str, Weight]:
    """A head under another name: the one other matrix with a row for every token, and its bias."""
    rows = embedding.shape[0] if embedding.shape else None
    by_name = {weight.name: weight for weight in weights}
    for name, weight in by_name.items():
        fits = weight.shape is not None and len(weight.shape) == 2 and weight.shape[0] == rows
        if fits and name.endswith(".weight") and EMBEDS not in name and weight is not embedding:
            bias = by_name.get(name.removesuffix("weight") + "bias")
            return {"weight": weight} | ({"bias": bias} if bias else {})
    return {}


def _hidden(embedding: Weight, norm: Mapping[str, Weight], layers: Sequence[Layer]) -> int | None:
    """The width of a norm that reads the residual stream; where none shows, the embedding's, if it fits."""
    candidates: list[Weight] = [norm["weight"]] if "weight" in norm else []
    for name, weight in layers[0].items() if layers else ():
        path = components(name)
        if len(path) == 2 and path[1] == "weight" and is_norm(path[0]):
            candidates.append(weight)
    if candidates:
        shape = candidates[0].shape
        return shape[0] if shape is not None and len(shape) == 1 else None
    width = embedding.shape[1] if embedding.shape is not None else None
    matrices = [weight.shape for weight in (layers[0].values() if layers else ()) if weight.shape]
    # A factorised embedding is narrower than the stream, and no matrix of a layer has its width.
    return width if any(len(shape) == 2 and width in shape for shape in matrices) else None
