"""How large the model is, by everything that says so, and in which dtype it is stored."""

from __future__ import annotations

from collections.abc import Iterator

from archinspect.records import Config, Evidence, Fact, Reading, Snapshot
from archinspect.records.tensors import TensorTestimony
from archinspect.rules._rule import Alarm, rule
from archinspect.rules.shapes import buffers, drafted

STORED_AS = {
    "float32": "F32", "float": "F32", "float16": "F16", "half": "F16", "bfloat16": "BF16", "float64": "F64",
    "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2",
}  # fmt: skip
"""torch's names for dtypes, and safetensors' names for the same."""
BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}


@rule("parameter-total", "warning")
def parameter_total(
    tensors: TensorTestimony,
    snapshot: Snapshot,
    parameters: Fact | None = None,
    checkpoint_parameters: Fact | None = None,
    tie_word_embeddings: Fact | None = None,
) -> Iterator[Alarm]:
    """Different counts of the same model are in circulation: header, index, code and Hub do not agree."""
    if checkpoint_parameters is not None:
        yield from _against_hub(snapshot, checkpoint_parameters)
        yield from _against_index(tensors, checkpoint_parameters)
    if parameters is not None and type(parameters.value.get("model")) is int:
        tied = tie_word_embeddings is not None and tie_word_embeddings.value is True
        yield from _against_code(tensors, parameters, tied)


@rule("dtype-mismatch", "warning")
def dtype_mismatch(
    config: Config, tensors: TensorTestimony, dtype: Fact, quantization: Fact
) -> Iterator[Alarm]:
    """Loading with the config's dtype converts the weights: precision or memory is not what is stored."""
    if quantization.value is not None or tensors.quantization is not None:
        return
    for level in (config.text, config.root):
        key = next((name for name in ("dtype", "torch_dtype") if name in level.written), None)
        stated = level.written[key] if key else None
        if isinstance(stated, str) and key is not None:
            wanted = STORED_AS.get(stated.removeprefix("torch."))
            most = max(dtype.value, key=lambda name: dtype.value[name])
            if wanted is not None and dtype.value.get(wanted, 0) < 0.5:
                share = f"{dtype.value[most]:.0%} of the elements are stored as {most}"
                yield Alarm(f"{key} is {stated}, but {share}", (level.stated(key), *dtype.evidence))
            return


def _against_hub(snapshot: Snapshot, stored: Fact) -> Iterator[Alarm]:
    said = (snapshot.hub or {}).get("safetensors")
    total = said.get("total") if isinstance(said, dict) else None
    if type(total) is int and total != stored.value:
        where = Evidence("hub", "hub:safetensors.total", total)
        message = f"the Hub shows {total:,} parameters, the headers hold {stored.value:,}"
        yield Alarm(message, (where, *stored.evidence), "note")


def _against_index(tensors: TensorTestimony, stored: Fact) -> Iterator[Alarm]:
    inventory = tensors.inventory
    total = inventory.index.total_size if inventory.index else None
    widths = {tensor.dtype: BYTES.get(tensor.dtype or "") for tensor in inventory.tensors.values()}
    if total is None or None in widths.values():
        return
    held = sum((one.elements or 0) * (widths[one.dtype] or 0) for one in inventory.tensors.values())
    if held != total:
        where = Evidence("stated", "model.safetensors.index.json#/metadata/total_size", total)
        message = f"the index states {total:,} bytes of tensors, the headers hold {held:,}"
        yield Alarm(message, (where, *stored.evidence), "note")


def _against_code(tensors: TensorTestimony, parameters: Fact, tied: bool) -> Iterator[Alarm]:
    for reading in tensors.says("logical_parameters"):
        if not isinstance(reading, Reading):
            return
        held = reading.value - buffers(tensors.weights) - _drafts(tensors)
        if tied and tensors.decoder is not None and "weight" in tensors.decoder.head:
            held -= tensors.decoder.head["weight"].elements or 0
        if held != parameters.value["model"]:
            message = (
                f"the code builds {parameters.value['model']:,} parameters, the checkpoint holds {held:,}"
            )
            yield Alarm(message, (*parameters.evidence, *reading.evidence))


def _drafts(tensors: TensorTestimony) -> int:
    decoder = tensors.decoder
    if decoder is None or not decoder.draft_layers:
        return 0
    return sum(one.elements or 0 for one in tensors.weights if drafted(one, decoder))
