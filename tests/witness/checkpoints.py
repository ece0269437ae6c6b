"""Snapshots of checkpoints that exist only as headers: written here, so that a test says what they hold."""

import json
import math
from collections.abc import Mapping
from typing import Any

from archinspect.records import ListedFile, Origin, Snapshot, SourceFile, Target, git_blob_id
from archinspect.witness.headers import BITS

Shape = tuple[int, ...]


def header_bytes(tensors: Mapping[str, tuple[str, Shape]]) -> bytes:
    """The JSON header of a file that holds these tensors one after the other."""
    at, header = 0, {}
    for name, (dtype, shape) in tensors.items():
        end = at + math.prod(shape) * BITS[dtype] // 8
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, end]}
        at = end
    return json.dumps(header).encode()


def file_size(header: bytes) -> int:
    """Bytes of the whole file: prefix, header and the tensors it describes."""
    try:
        ends = [tensor["data_offsets"][1] for tensor in json.loads(header).values()]
    except ValueError:
        ends = []
    return 8 + len(header) + max(ends, default=0)


def source_file(path: str, content: str | bytes | Any) -> SourceFile:
    """A file with this text, these bytes, or this value as JSON."""
    if not isinstance(content, (str, bytes)):
        content = json.dumps(content)
    data = content.encode() if isinstance(content, str) else content
    return SourceFile(path, data, git_blob_id(data), "unverified")


def snapshot(
    files: Mapping[str, Any] | None = None,
    headers: Mapping[str, bytes] | None = None,
    listing: list[str] | None = None,
    **further: Any,
) -> Snapshot:
    """A snapshot of these files and headers; `listing` names files that exist beside them."""
    made = {path: source_file(path, content) for path, content in (files or {}).items()}
    listed = None
    if listing is not None:
        listed = {path: ListedFile(path, None, None) for path in listing}
        listed |= {path: ListedFile(path, len(file.content), file.blob_id) for path, file in made.items()}
        listed |= {path: ListedFile(path, file_size(data), None) for path, data in (headers or {}).items()}
    return Snapshot(
        Target("model", "org/model"),
        "read",
        Origin("local", "org/model"),
        files=made,
        listing=listed,
        headers=dict(headers or {}),
        **further,
    )


def checkpoint(
    shapes: Mapping[str, Shape], config: Mapping[str, Any] | None = None, dtype: str = "BF16"
) -> Snapshot:
    """A one-file checkpoint of tensors of one dtype."""
    header = header_bytes({name: (dtype, shape) for name, shape in shapes.items()})
    return snapshot({"config.json": dict(config or {})}, {"model.safetensors": header}, [])
