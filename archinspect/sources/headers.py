"""The header of a safetensors file: eight length bytes, then JSON; never the tensors after it."""

from __future__ import annotations

import json
from typing import Final

from archinspect.errors import FetchError
from archinspect.sources.files import LARGEST_HEADER_BYTES

PREFIX_BYTES: Final = 8
FIRST_READ_BYTES: Final = 256 * 1024
"""Asked for at once: holds the header of nearly every file, so that one request is enough."""


def header_length(start: bytes, path: str, size: int | None) -> int:
    """The header's length from a file's first eight bytes.

    Raises FetchError (`malformed`) when it is longer than the format allows or than the file.
    """
    length = int.from_bytes(start[:PREFIX_BYTES], "little")
    if len(start) < PREFIX_BYTES:
        raise _malformed(path, f"is {len(start)} bytes, too short for a safetensors file")
    if length > LARGEST_HEADER_BYTES:
        raise _malformed(path, f"states a header of {length} bytes; the format allows {LARGEST_HEADER_BYTES}")
    if size is not None and PREFIX_BYTES + length > size:
        raise _malformed(path, f"states a header of {length} bytes but is only {size} bytes long")
    return length


def complete_header(start: bytes, path: str, size: int | None) -> bytes:
    """The JSON header out of a file's beginning, checked to be a whole JSON object.

    Raises FetchError (`malformed`) otherwise.
    """
    length = header_length(start, path, size)
    header = start[PREFIX_BYTES : PREFIX_BYTES + length]
    if len(header) < length:
        raise _malformed(path, f"ends after {len(header)} of its header's {length} bytes")
    if not header.startswith(b"{") or not header.rstrip(b" ").endswith(b"}"):
        raise _malformed(path, "has no JSON object for a header")
    return header


def spans_file(header: bytes, size: int | None) -> bool:
    """Whether the tensors the header names end exactly where the file ends."""
    try:
        tensors = json.loads(header)
        ends = [entry["data_offsets"][1] for name, entry in tensors.items() if name != "__metadata__"]
        return size == PREFIX_BYTES + len(header) + max(ends, default=0)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        return False


def _malformed(path: str, problem: str) -> FetchError:
    return FetchError(f"{path} {problem}", "malformed", "the file is damaged or not safetensors")
