"""What the embedding, the head and the tensors as a whole prove."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from archinspect.records import Answer, Evidence, Reading, Unknown
from archinspect.records.tensors import Decoder, Inventory, Weight
from archinspect.witness.tensors.inventory import evidence_of
from archinspect.witness.tensors.names import OTHER_HEADS, components


def vocabulary_answers(decoder: Decoder, inventory: Inventory) -> Iterator[tuple[str, Answer]]:
    """The embedding's rows, the head, and whether its absence shows that the two are one."""
    evidence = (evidence_of(decoder.embedding.stored),)
    if decoder.embedding.shape is not None:
        yield "embedding_rows", Reading(decoder.embedding.shape[0], evidence)
    if decoder.hidden is not None:
        yield "hidden_size", Reading(decoder.hidden, evidence)
    if decoder.layers:
        last = next(iter(decoder.layers[-1].values()))
        yield "num_hidden_layers", Reading(len(decoder.layers), (evidence_of(last.stored),))
    head = decoder.head.get("weight")
    if head is not None:
        found = (evidence_of(head.stored),)
        yield "lm_head_stored", Reading(True, found)
        yield "lm_head_bias", Reading("bias" in decoder.head, found)
        if head.shape is not None and len(head.shape) == 2:
            yield "lm_head_rows", Reading(head.shape[0], found)
    elif inventory.missing is None:
        yield "lm_head_stored", Reading(False, evidence)
        if not any(components(name)[0] in OTHER_HEADS for name in inventory.tensors):
            yield "tie_word_embeddings", Reading(True, evidence)
            # Without a head of its own, a bias may be stored under a name that no row here has.
            biased = "bias" in decoder.head
            yield "lm_head_bias", Reading(biased, evidence, fallback=not biased)


def total_answers(inventory: Inventory, weights: Sequence[Weight]) -> Iterator[tuple[str, Answer]]:
    """Stored elements, what they stand for once unpacked, and the dtypes they are stored in."""
    if inventory.shapeless is not None:
        for name in ("checkpoint_parameters", "dtype", "logical_parameters"):
            yield name, Unknown(inventory.shapeless)
        return
    counts: Counter[str] = Counter()
    per_file: Counter[str] = Counter()
    for tensor in inventory.tensors.values():
        counts[str(tensor.dtype)] += tensor.elements or 0
        per_file[tensor.file] += tensor.elements or 0
    total = sum(counts.values())
    evidence = tuple(Evidence("tensor", f"{file}#", per_file[file]) for file in inventory.files)
    yield "checkpoint_parameters", Reading(total, evidence)
    if total:
        shares = {dtype: round(count / total, 6) for dtype, count in counts.most_common()}
        yield "dtype", Reading(shares, evidence)
    if any(weight.elements is None for weight in weights):
        unclear = next(weight for weight in weights if weight.elements is None)
        reason = f"{unclear.name} is packed in a way that is not known ({unclear.stored.dtype})"
        yield "logical_parameters", Unknown(reason, (evidence_of(unclear.stored),))
    else:
        yield "logical_parameters", Reading(sum(weight.elements or 0 for weight in weights), evidence)
