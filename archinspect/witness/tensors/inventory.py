"""Which tensors a checkpoint holds: from the headers of its files, or at least their names from its index.

transformers loads `model.safetensors` when there is one, else the files that
`model.safetensors.index.json` names; the same files count here, and no other ones in the repository.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from archinspect.errors import MalformedFileError
from archinspect.records import Evidence, Json, Snapshot, SourceFile
from archinspect.records.config import pointer
from archinspect.records.tensors import Header, Index, Inventory, Tensor
from archinspect.witness.headers import parse_header
from archinspect.witness.json_files import parse_object

SINGLE: Final = "model.safetensors"
INDEX: Final = "model.safetensors.index.json"
SHARD: Final = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
PICKLES: Final = (".bin", ".pth", ".pt", ".ckpt")


def evidence_of(tensor: Tensor) -> Evidence:
    """Where a reader can see the tensor: in its file's header, or in the index that names it."""
    if tensor.shape is None:
        return Evidence("stated", f"{INDEX}#/weight_map{pointer(tensor.name)}", tensor.file)
    return Evidence(
        "tensor", f"{tensor.file}#{tensor.name}", {"dtype": tensor.dtype, "shape": list(tensor.shape)}
    )


def take_inventory(snapshot: Snapshot) -> Inventory:
    """Read every header and the index that the snapshot has. Never raises on account of their content."""
    problems: dict[str, str] = {}
    index = _index(snapshot, problems)
    files = _files(snapshot, index)
    headers = _headers(snapshot, files, problems)
    tensors, repeated = _merge(headers)
    unread = [path for path in files if path not in headers]
    if index is not None and SINGLE not in files:
        for name, path in index.weight_map.items():
            tensors.setdefault(name, Tensor(name, path))
    reason = _reason(snapshot, files, unread, problems)
    named = index is not None and SINGLE not in files
    return Inventory(tensors, headers, index, files, problems, None if named else reason, reason, repeated)


def read_index(file: SourceFile) -> Index:
    """Read an index. Raises MalformedFileError when it does not map tensor names to files."""
    data = parse_object(file).data
    weight_map = data.get("weight_map")
    if not isinstance(weight_map, dict) or not all(isinstance(path, str) for path in weight_map.values()):
        raise MalformedFileError(file.path, "weight_map does not map tensor names to file names")
    metadata = data.get("metadata")
    total = metadata.get("total_size") if isinstance(metadata, dict) else None
    if isinstance(total, float) and total.is_integer():
        total = int(total)
    return Index(weight_map, total if type(total) is int else None)


def quantization_of(snapshot: Snapshot) -> Mapping[str, Json] | None:
    """`quantization_config` as config.json states it, at its root or in the text decoder's part."""
    file = snapshot.files.get("config.json")
    if file is None:
        return None
    try:
        config = parse_object(file).data
    except MalformedFileError:
        return None
    for level in (config, config.get("text_config")):
        if isinstance(level, dict) and isinstance(level.get("quantization_config"), dict):
            stated: Mapping[str, Json] = level["quantization_config"]
            return stated
    return None


def _index(snapshot: Snapshot, problems: dict[str, str]) -> Index | None:
    if INDEX not in snapshot.files:
        return None
    try:
        return read_index(snapshot.files[INDEX])
    except MalformedFileError as error:
        problems[INDEX] = error.problem
        return None


def _files(snapshot: Snapshot, index: Index | None) -> tuple[str, ...]:
    known = {*snapshot.headers, *(snapshot.listing or {}), *snapshot.problems}
    if SINGLE in known:
        return (SINGLE,)
    if index is not None:
        return index.files
    return tuple(sorted(path for path in known if SHARD.fullmatch(path)))


def _headers(snapshot: Snapshot, files: tuple[str, ...], problems: dict[str, str]) -> dict[str, Header]:
    headers: dict[str, Header] = {}
    for path in files:
        listed = (snapshot.listing or {}).get(path)
        try:
            if path in snapshot.headers:
                headers[path] = parse_header(path, snapshot.headers[path], listed.size if listed else None)
            elif path in snapshot.problems:
                problems[path] = snapshot.problems[path].message
        except MalformedFileError as error:
            problems[path] = error.problem
    return headers


def _merge(headers: Mapping[str, Header]) -> tuple[dict[str, Tensor], dict[str, tuple[str, str]]]:
    tensors: dict[str, Tensor] = {}
    repeated: dict[str, tuple[str, str]] = {}
    for path, header in headers.items():
        for name, tensor in header.tensors.items():
            if name in tensors:
                repeated[name] = (tensors[name].file, path)
            tensors.setdefault(name, tensor)
    return tensors, repeated


def _reason(
    snapshot: Snapshot, files: tuple[str, ...], unread: list[str], problems: Mapping[str, str]
) -> str | None:
    if files and not unread:
        return None
    if unread:
        first = unread[0]
        why = problems.get(first, "its header was not read")
        rest = f" and {len(unread) - 1} more of {len(files)} files" if len(unread) > 1 else ""
        return f"{first}: {why}{rest}"
    if snapshot.listing is None:
        return "no safetensors header was read, and this source does not list the repository's files"
    others = [path for path in snapshot.listing if path.endswith((".safetensors", ".gguf", *PICKLES))]
    if not others:
        return "the repository holds no weights"
    kinds = sorted({f"*.{path.rsplit('.', 1)[-1]}" for path in others})
    return (
        f"the repository has no {SINGLE} and no {INDEX}; its weights are {', '.join(kinds)} "
        f"({others[0]}), which are never opened"
    )
