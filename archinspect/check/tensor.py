"""`kind = "tensor"`: tensors by name: there or not, of what shape, in which dtype."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping
from functools import lru_cache

from archinspect.check._engine import report_kind
from archinspect.check._judgement import Outcome, cannot_tell
from archinspect.records import Evidence, Json, ModelReport, Snapshot
from archinspect.records.vocabulary import FieldSpec

INDEX = "model.safetensors.index.json"
MOST_EVIDENCE = 5


@report_kind(
    "tensor",
    FieldSpec("tensor", "string", "a tensor's name; * stands for anything", required=True),
    FieldSpec("present", "boolean", "whether such a tensor is stored; true when absent"),
    FieldSpec("shape", "list", "what each of them measures"),
    FieldSpec("dtype", "string", "the dtype of each of them, as safetensors names it"),
)
def tensor(report: ModelReport, params: Mapping[str, Json]) -> Outcome:
    """The checkpoint stores (or does not store) tensors of this name, shape and dtype."""
    stored = stored_tensors(report.snapshot)
    if stored is None:
        return _not_seen(report.snapshot)
    names = fnmatch.filter(stored, params["tensor"])
    if not names and _unread(report.snapshot):
        return _not_seen(report.snapshot)
    if params.get("present", True) is False:
        return _found(not names, {"matching": len(names)}, names, stored)
    if not names:
        return _found(False, {"matching": 0}, [], stored)
    details = {key: params[key] for key in ("shape", "dtype") if key in params}
    if details and any(stored[name][1] is None for name in names):
        return cannot_tell(
            "the index names the tensors without shape and dtype; a safetensors header would tell"
        )
    others = [name for name in names if any((stored[name][1] or {}).get(k) != v for k, v in details.items())]
    shown = {"matching": len(names)} | {
        key: (stored[(others or names)[0]][1] or {}).get(key) for key in details
    }
    return _found(not others, shown, others or names, stored)


def stored_tensors(snapshot: Snapshot) -> dict[str, tuple[str, dict[str, Json] | None]] | None:
    """Tensor -> the file that says so, and its header entry (None when only an index names it).

    None when neither a header nor an index could be looked at.
    """
    if snapshot.headers and all(map(_object, snapshot.headers.values())):
        return {
            name: (file, entry)
            for file, header in snapshot.headers.items()
            for name, entry in _object(header).items()
            if name != "__metadata__" and isinstance(entry, dict)
        }
    index = snapshot.files.get(INDEX)
    names = _object(index.content).get("weight_map") if index else None
    return dict.fromkeys(names, (INDEX, None)) if isinstance(names, dict) else None


@lru_cache(maxsize=64)
def _object(content: bytes) -> dict[str, Json]:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _found(
    holds: bool, shown: Json, names: list[str], stored: Mapping[str, tuple[str, dict[str, Json] | None]]
) -> Outcome:
    if names:
        evidence = [
            Evidence("tensor", f"{stored[name][0]}#{name}", stored[name][1]) for name in names[:MOST_EVIDENCE]
        ]
    else:
        evidence = [Evidence("tensor", f"{file}#") for file in sorted({file for file, _ in stored.values()})]
    return Outcome("holds" if holds else "breaks", shown, None, evidence=tuple(evidence[:MOST_EVIDENCE]))


def _unread(snapshot: Snapshot) -> list[str]:
    """Checkpoint files that exist and could not be looked at: the tensor may be in one of them."""
    return [path for path in snapshot.problems if path.endswith((".safetensors", INDEX))]


def _not_seen(snapshot: Snapshot) -> Outcome:
    for path in _unread(snapshot):
        return cannot_tell(f"{path}: {snapshot.problems[path].message}", "not_fetched")
    for path, header in snapshot.headers.items():
        if not _object(header):
            return cannot_tell(f"the header of {path} cannot be read as a list of tensors")
    if snapshot.listing is not None and not any(path.endswith(".safetensors") for path in snapshot.listing):
        return cannot_tell("the repository has no safetensors file", "no_file")
    return cannot_tell("no safetensors header was read; a run against the Hub would tell", "not_in_snapshot")
