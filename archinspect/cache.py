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
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from archinspect.records import Json

ENVIRONMENT_VARIABLE = "ARCHINSPECT_CACHE"
LARGEST_ENTRY_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class CacheInfo:
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
    modules = sorted(folder.rglob("*.py"))
    stats = [(str(path.relative_to(folder)), path.stat()) for path in modules]
    return key_of(*(f"{name}:{stat.st_size}:{stat.st_mtime_ns}" for name, stat in stats))


def load(kind: str, key: str) -> Json | None:
    """The entry, or None when it is absent, unreadable, damaged or too large."""
    path = _entry(kind, key)
    try:
        if path.stat().st_size > LARGEST_ENTRY_BYTES:
            return None
        return json.loads(path.read_bytes())["value"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def has(kind: str, key: str) -> bool:
    """Whether there is an entry; it may still turn out to be damaged."""
    try:
        return _entry(kind, key).is_file()
    except OSError:
        return False


def store(kind: str, key: str, value: Json) -> None:
    """Write the entry whole or not at all; a cache that cannot be written is passed over."""
    path = _entry(kind, key)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".incomplete")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump({"value": value}, stream, separators=(",", ":"))
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
    before = info()
    if before.path.is_dir():
        for child in before.path.iterdir():
            if child.is_dir() and child.name.startswith(_PREFIX):
                shutil.rmtree(child, ignore_errors=True)
    return before


_PREFIX = "v1-"


def _entry(kind: str, key: str) -> Path:
    return cache_dir() / f"{_PREFIX}{kind}" / key[:2] / f"{key}.json"
