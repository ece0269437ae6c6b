"""A safetensors header: eight length bytes, then JSON that names every tensor; the tensors are never read.

Format: https://huggingface.co/docs/safetensors. A header is refused as a whole when its offsets do not
tile the data exactly, because then its shapes cannot be trusted either. An unknown dtype is kept as
found: its width is unknown, so only the offsets of its tensors can be checked.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeGuard

from archinspect.errors import MalformedFileError
from archinspect.records.tensors import Header, Tensor

PREFIX_BYTES: Final = 8
MOST_TENSORS: Final = 500_000
"""More than any published file holds: 256 experts in 61 layers, unfused, with scales, are 91,000."""
LONGEST_NAME: Final = 1_000
"""Names of real tensors have some hundred characters."""
MOST_DIMENSIONS: Final = 16
LARGEST_DIMENSION: Final = 2**48
METADATA: Final = "__metadata__"

BITS: Final[Mapping[str, int]] = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
    "U16": 16, "I16": 16, "F16": 16, "BF16": 16,
    "U32": 32, "I32": 32, "F32": 32,
    "U64": 64, "I64": 64, "F64": 64, "C64": 64,
    "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
}  # fmt: skip
"""Bits of one element, for every dtype that the safetensors format defines."""


def parse_header(file: str, content: bytes, size: int | None = None) -> Header:
    """Read and check the JSON header of `file`; `size` is the whole file's size in bytes, if it is known.

    Raises MalformedFileError naming the file, the tensor and what is wrong with it.
    """
    entries = _entries(file, content)
    metadata = entries.pop(METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise MalformedFileError(file, f"{METADATA} is not an object of strings")
    if len(entries) > MOST_TENSORS:
        raise MalformedFileError(
            file, f"names {len(entries)} tensors, more than the {MOST_TENSORS} that are read"
        )
    spans: list[tuple[int, int, str]] = []
    tensors: dict[str, Tensor] = {}
    for name, entry in entries.items():
        tensor, start, end = _tensor(file, name, entry)
        tensors[name] = tensor
        spans.append((start, end, name))
    _check_tiling(file, spans, None if size is None else size - PREFIX_BYTES - len(content))
    unknown = sorted({str(tensor.dtype) for tensor in tensors.values()} - BITS.keys())
    return Header(file, tensors, metadata, tuple(unknown))


def _entries(file: str, content: bytes) -> dict[str, Any]:
    def unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        kept = dict(pairs)
        if len(kept) != len(pairs):
            twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
            raise MalformedFileError(file, f"the header names {twice!r:.200} twice")
        return kept

    try:
        entries = json.loads(content, object_pairs_hook=unique)
    except RecursionError as error:
        raise MalformedFileError(file, "the header is nested too deeply to be read") from error
    except ValueError as error:  # JSON and Unicode errors, and numbers of thousands of digits
        raise MalformedFileError(file, f"the header is not JSON: {error!s:.200}") from error
    if not isinstance(entries, dict):
        raise MalformedFileError(file, "the header is not a JSON object")
    return entries


def _tensor(file: str, name: str, entry: Any) -> tuple[Tensor, int, int]:
    def wrong(problem: str) -> MalformedFileError:
        return MalformedFileError(file, f"tensor {name!r:.200} {problem}")

    if len(name) > LONGEST_NAME:
        raise MalformedFileError(file, f"names a tensor in {len(name)} characters ({name!r:.80} ...)")
    if not isinstance(entry, dict):
        raise wrong("is not described by an object")
    dtype, shape, offsets = entry.get("dtype"), entry.get("shape"), entry.get("data_offsets")
    if not isinstance(dtype, str) or not dtype or len(dtype) > 40:
        raise wrong(f"has the dtype {dtype!r:.80}, expected a string")
    if not _counts(shape, LARGEST_DIMENSION, MOST_DIMENSIONS):
        raise wrong(f"has the shape {shape!r:.80}, expected up to {MOST_DIMENSIONS} whole numbers")
    if not _counts(offsets, 2**63, 2) or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise wrong(f"has the data_offsets {offsets!r:.80}, expected [start, end]")
    bits = BITS.get(dtype)
    needed = None if bits is None else math.prod(shape) * bits
    if needed is not None and needed != (offsets[1] - offsets[0]) * 8:
        raise wrong(f"spans {offsets[1] - offsets[0]} bytes, but {dtype} {shape} is {needed / 8:.15g}")
    return Tensor(name, file, dtype, tuple(shape)), offsets[0], offsets[1]


def _counts(value: Any, limit: int, most: int) -> TypeGuard[list[int]]:
    """Whether this is a list of at most `most` whole numbers below `limit`."""
    fits = isinstance(value, list) and len(value) <= most
    return fits and all(type(item) is int and 0 <= item < limit for item in value)


def _check_tiling(file: str, spans: list[tuple[int, int, str]], data_bytes: int | None) -> None:
    at = 0
    for start, end, name in sorted(spans):
        if start != at:
            problem = "overlaps the tensor before it" if start < at else f"leaves {start - at} bytes unnamed"
            raise MalformedFileError(file, f"tensor {name!r:.200} starts at {start} and {problem}")
        at = end
    if data_bytes is not None and data_bytes != at:
        raise MalformedFileError(
            file, f"the header describes {at} bytes of tensors, the file holds {data_bytes}"
        )
