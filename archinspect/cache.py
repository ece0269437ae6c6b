"""Our one cache policy: where it is, how it is written, and that a damaged entry is a miss.

The cache holds only what can be learnt again: parsed and derived facts, keyed by the digest of
everything they were derived from. Published files themselves live in the standard Hub cache.
Entries are JSON (nothing that is executed when read), written to a temporary file and renamed, so
that readers in other processes see a whole entry or none. A cache that cannot be read or written
never fails a run.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

ENVIRONMENT_VARIABLE = "ARCHINSPECT_CACHE"
LARGEST_ENTRY_BYTES = 64 * 2**20
T = TypeVar("T")


class _Stored(msgspec.Struct, Generic[T]):
    """What an entry's file holds."""

    value: T


class CacheInfo(msgspec.Struct, frozen=True):
    """What is in the cache: `entries` files of `bytes` bytes below `path`."""

    path: Path
    entries: int
    bytes: int


def cache_dir() -> Path:
    """`$ARCHINSPECT_CACHE`, or the platform's directory for caches."""
    if chosen := os.environ.get(ENVIRONMENT_VARIABLE):
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("archinspect", appauthor=False))


def key_of(*parts: str) -> str:
    """A key from everything an entry depends on; order matters, no two lists of parts collide."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data) + data)
    return digest.hexdigest()


@functools.cache
def code_stamp(folder: Path) -> str:
    """Changes whenever a module below `folder` does, so that no entry outlives the code that made it."""
    return key_of(*sorted(_module_stamps(str(folder), "")))


def _module_stamps(folder: str, inside: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                status = entry.stat()
                yield f"{inside}{entry.name}:{status.st_size}:{status.st_mtime_ns}"
            elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
                yield from _module_stamps(entry.path, f"{inside}{entry.name}/")


def load(kind: str, key: str, type: Any = Any) -> Any:
    """The entry as a `type` (a record, or plain JSON); None when it is absent, damaged or too large."""
    try:
        with open(_entry(kind, key), "rb") as stream:  # noqa: PTH123 - this is on every path, pathlib is slow
            content = stream.read(LARGEST_ENTRY_BYTES + 1)
        return _decoded(content, type) if len(content) <= LARGEST_ENTRY_BYTES else None
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def _decoded(content: bytes, type: Any) -> Any:
    try:
        return msgspec.json.decode(content, type=_Stored[type]).value
    except msgspec.DecodeError:
        # NaN, infinities and lone surrogates, which a config may hold, are more than msgspec takes.
        return msgspec.convert(json.loads(content), _Stored[type]).value


def has(kind: str, key: str) -> bool:
    """Whether there is an entry; it may still turn out to be damaged."""
    try:
        return _entry(kind, key).is_file()
    except OSError:
        return False


def store(kind: str, key: str, value: Any) -> None:
    """Write the entry whole or not at all; a cache that cannot be written is passed over.

    `value` is a record or plain JSON. What JSON cannot say (an integer of thousands of digits) is not
    remembered.
    """
    import tempfile

    path = _entry(kind, key)
    with contextlib.suppress(OSError, ValueError, RecursionError):
        content = json.dumps({"value": msgspec.to_builtins(value)}, separators=(",", ":"))
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".incomplete")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(content)
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)


def info() -> CacheInfo:
    """Count the entries."""
    root = cache_dir()
    sizes = [path.stat().st_size for path in root.rglob("*.json")] if root.is_dir() else []
    return CacheInfo(root, len(sizes), sum(sizes))


def clear() -> CacheInfo:
    """Remove every entry; says what was removed. Only our own subfolders are touched."""
    import shutil

    before = info()
    if before.path.is_dir():
        for child in before.path.iterdir():
            if child.is_dir() and child.name.startswith(_PREFIX):
                shutil.rmtree(child, ignore_errors=True)
    return before


_PREFIX = "v1-"


def _entry(kind: str, key: str) -> Path:
    return cache_dir() / f"{_PREFIX}{kind}" / key[:2] / f"{key}.json"
