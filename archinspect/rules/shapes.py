"""What is stated about the architecture against the shapes and names of the tensors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from archinspect.records import Evidence, Fact, Json, Reading, Testimony
from archinspect.records.tensors import Decoder, TensorTestimony, Weight
from archinspect.rules._rule import Alarm, rule

BUFFERS = re.compile(r"(rotary_emb\.inv_freq|\.attn\.bias|\.masked_bias|position_ids|rope\.freqs)$")
"""Stored by older versions of transformers, computed by present ones."""
WRAPPINGS = re.compile(r"^(?:model\.|language_model\.|transformer\.|base_model\.)+")
"""What loading adds to or takes from the front of a name by itself."""
NUMBER = re.compile(r"\.\d+(?=\.|$)")
LAYER = re.compile(r"\.(\d{1,6})\.")


@rule("projection-shape", "error")
def projection_shape(
    tensors: TensorTestimony, num_attention_heads: Fact, num_key_value_heads: Fact, head_dim: Fact
) -> Iterator[Alarm]:
    """Loading fails or heads are cut wrongly: head counts and head width do not make the stored matrices."""
    heads, groups, width = num_attention_heads.value, num_key_value_heads.value, head_dim.value
    if not all(type(value) is int for value in (heads, groups, width)):
        return
    latent = any(True for _ in tensors.says("latent_attention"))
    expected: dict[str, tuple[str, tuple[int, ...]]] = {
        # Twice the width where the query projection also computes a gate for attention's output.
        "q_width": (f"{heads} heads x {width}", (heads * width, 2 * heads * width)),
    }
    if not latent:
        expected["k_width"] = (f"{groups} key/value heads x {width}", (groups * width,))
        total = (heads + 2 * groups) * width
        expected["qkv_width"] = (f"({heads} + 2 x {groups}) heads x {width}", (total,))
    for name, (product, fitting) in expected.items():
        for reading in tensors.says(name):
            if isinstance(reading, Reading) and type(reading.value) is int and reading.value not in fitting:
                message = f"the {name.removesuffix('_width')} projection is {reading.value} wide"
                facts = (*num_attention_heads.evidence, *num_key_value_heads.evidence, *head_dim.evidence)
                yield Alarm(f"{message}, but {product} is {fitting[0]}", (*reading.evidence, *facts))


@rule("blueprint-header-mismatch", "error")
def blueprint_header_mismatch(tensors: TensorTestimony, blueprint: Any) -> Iterator[Alarm]:
    """Weights are left random or ignored: the file's tensors are not those that the model's code builds."""
    if tensors.inventory.missing is not None or not tensors.weights:
        return
    if not blueprint.checkpoint:  # the release's loading rules could not be followed
        return
    built, stored = _Built(blueprint), {_plain(one.name): one for one in tensors.weights}
    missing = built.missing(stored)
    extra = [one for name, one in stored.items() if name not in built.shapes and not _expected(one, tensors)]
    where = Evidence("code", blueprint.location)
    if missing:
        message = f"the code builds {_folded(missing)}, which the checkpoint lacks: random after loading"
        yield Alarm(message, (where, *_files(tensors)))
    if extra:
        message = (
            f"the checkpoint stores {_folded([one.name for one in extra])}, which the code does not build"
        )
        yield Alarm(message, (_seen(extra[0]), where), "warning")
    yield from _other_shapes(built, stored, where)


class _Built:
    """What the code builds, under the names that a file may use: as published, or as in memory."""

    def __init__(self, blueprint: Any) -> None:
        self.on_disk = {_plain(one.name): one for one in blueprint.checkpoint}
        self.shapes = {_plain(one.name): one.shape for one in blueprint.parameters}
        self.parameters = set(self.shapes)
        self.shapes |= {name: one.shape for name, one in self.on_disk.items()}
        self.tied = {_plain(name) for group in blueprint.tied for name in group}

    def missing(self, stored: Mapping[str, Weight]) -> list[str]:
        """Names on disk of what no stored tensor fills."""
        filled = self.tied | {name for name in stored if name in self.shapes}
        for name in stored.keys() & self.on_disk.keys():
            filled |= {_plain(parameter) for parameter in self.on_disk[name].parameters}
        absent = {name: one for name, one in self.on_disk.items() if name not in filled}
        # A buffer is not missed: the code gives it its value.
        needed = self.parameters - filled
        return [one.name for one in absent.values() if any(_plain(name) in needed for name in one.parameters)]


def drafted(weight: Weight, decoder: Decoder) -> bool:
    """Whether a weight belongs to a layer that only predicts further tokens."""
    number = LAYER.search(weight.name)
    return number is not None and int(number[1]) in decoder.draft_layers


def buffers(weights: Any) -> int:
    """Elements of stored tensors that are no parameters."""
    return sum(one.elements or 0 for one in weights if BUFFERS.search(one.name))


def _other_shapes(built: _Built, stored: Mapping[str, Weight], where: Evidence) -> Iterator[Alarm]:
    kinds: dict[str, tuple[Weight, Any]] = {}
    for name, weight in stored.items():
        shape = built.shapes.get(name)
        if shape is not None and weight.shape is not None and tuple(shape) != weight.shape:
            kinds.setdefault(NUMBER.sub(".N", name), (weight, shape))
    for weight, shape in kinds.values():
        message = f"{weight.name} is {list(weight.shape or ())} in the checkpoint, {list(shape)} by the code"
        yield Alarm(message, (_seen(weight), where))


def _plain(name: str) -> str:
    return WRAPPINGS.sub("", name)


def _expected(weight: Weight, tensors: TensorTestimony) -> bool:
    decoder = tensors.decoder
    draft = (decoder is not None and drafted(weight, decoder)) or ".mtp." in f".{weight.name}"
    head = decoder is not None and weight in decoder.head.values()  # said by lm-head-stored-though-tied
    return draft or head or BUFFERS.search(weight.name) is not None


def _folded(names: list[str]) -> str:
    kinds = list(dict.fromkeys(NUMBER.sub(".N", name) for name in names))
    more = f" and {len(kinds) - 3} other kinds" if len(kinds) > 3 else ""
    tensors = "1 tensor" if len(names) == 1 else f"{len(names)} tensors"
    return f"{tensors} ({', '.join(kinds[:3])}{more})"


def _seen(weight: Weight) -> Evidence:
    stored = weight.stored
    shape: Json = list(stored.shape) if stored.shape is not None else None
    return Evidence("tensor", f"{stored.file}#{stored.name}", {"dtype": stored.dtype, "shape": shape})


def _files(tensors: Testimony) -> tuple[Evidence, ...]:
    inventory = tensors.inventory if isinstance(tensors, TensorTestimony) else None
    return tuple(Evidence("tensor", f"{file}#") for file in (inventory.files if inventory else ()))
