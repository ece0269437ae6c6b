"""Which files of a repository are read, and the most bytes each may have.

A file larger than its cap is not read: nothing genuine comes near these sizes, and a cap on every
read is what keeps a hostile or broken repository from filling memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

MIB: Final = 2**20

CONFIG: Final = "config.json"
INDEX: Final = "model.safetensors.index.json"
LARGEST_HEADER_BYTES: Final = 100_000_000
"""The safetensors format's own limit on a header."""
LARGEST_MODEL_INFO_BYTES: Final = 32 * MIB
"""A listing of some hundred thousand files."""
MOST_SHARDS: Final = 1024
MOST_CODE_FILES: Final = 64
MOST_TEMPLATES: Final = 64

_SAFE_PATH = re.compile(r"[^\x00-\x1f\x7f\\:*?\"<>|]{1,240}")


class Wanted(Struct, frozen=True):
    """One kind of file: a pattern its whole path matches, and the most bytes read of it."""

    pattern: re.Pattern[str]
    cap: int
    kind: str
    """metadata (always read), code (modelling source) or lazy (only on demand)."""


def _wanted(pattern: str, cap: int, kind: str = "metadata") -> Wanted:
    return Wanted(re.compile(pattern), cap, kind)


WANTED: Final = (
    _wanted(r"config\.json", 16 * MIB),
    _wanted(r"generation_config\.json", 4 * MIB),
    _wanted(r"tokenizer_config\.json", 16 * MIB),
    _wanted(r"special_tokens_map\.json", 4 * MIB),
    _wanted(r"added_tokens\.json", 16 * MIB),
    _wanted(r"chat_template\.(?:jinja|json)", 4 * MIB),
    _wanted(r"additional_chat_templates/[^/]+\.jinja", 4 * MIB),
    _wanted(r"[^/]+\.safetensors\.index\.json", 64 * MIB),
    _wanted(r"[^/]+\.py", 4 * MIB, "code"),
    _wanted(r"tokenizer\.json", 128 * MIB, "lazy"),
    _wanted(r"[^/]+\.(?:json|jinja|txt|md|model|tiktoken)", 32 * MIB, "lazy"),
)
"""The one table of what is read; the first row that matches a path holds."""


def wanted(path: str) -> Wanted | None:
    """The row for this path, or None when files of its kind are never read."""
    return next((row for row in WANTED if row.pattern.fullmatch(path)), None)


def select(paths: Iterable[str], *, code: bool, extra: Iterable[str] = ()) -> list[str]:
    """The paths to read at once, sorted, config.json first; `extra` names lazy ones to include."""
    chosen: dict[str, list[str]] = {"metadata": [], "code": [], "lazy": []}
    asked = set(extra)
    for path in sorted(set(paths)):
        row = wanted(path) if is_safe_path(path) else None
        if row and (row.kind == "metadata" or (row.kind == "code" and code) or path in asked):
            chosen[row.kind].append(path)
    templates = [path for path in chosen["metadata"] if "/" in path][MOST_TEMPLATES:]
    metadata = [path for path in chosen["metadata"] if path not in templates]
    found = [*metadata, *chosen["code"][:MOST_CODE_FILES], *chosen["lazy"]]
    return sorted(found, key=lambda path: (path != CONFIG, path))


def weight_files(paths: Iterable[str]) -> list[str]:
    """The safetensors files at the top level that hold the model.

    Repositories keep other weights beside it (adapters, `consolidated.safetensors` copies): when the
    conventional `model*` names are there, only those are taken.
    """
    found = sorted(path for path in set(paths) if _is_weights(path))
    conventional = [path for path in found if path.startswith("model")]
    sharded = [path for path in conventional if "-of-" in path]
    return (sharded or conventional or found)[:MOST_SHARDS]


def is_safe_path(path: str) -> bool:
    """Whether a listed path can name a file below a folder on every system, and nothing outside it."""
    return bool(_SAFE_PATH.fullmatch(path)) and all(
        part.strip(" .") and part == part.rstrip(" .") for part in path.split("/")
    )


def _is_weights(path: str) -> bool:
    return (
        path.endswith(".safetensors")
        and "/" not in path
        and not path.startswith(("adapter_", "optimizer"))
        and is_safe_path(path)
    )
