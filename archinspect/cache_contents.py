"""What the cache holds in all, and its removal."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from archinspect.cache import PACKED_SUFFIX, PREFIX, SUFFIX, cache_dir


class CacheContents(Struct, frozen=True):
    """`entries` files of `bytes` bytes below `path`."""

    path: Path
    entries: int
    bytes: int


def contents() -> CacheContents:
    """Count the entries."""
    root = cache_dir()
    suffixes = (SUFFIX, PACKED_SUFFIX)
    paths = root.glob(f"{PREFIX}*/*/*") if root.is_dir() else ()
    sizes = [path.stat().st_size for path in paths if path.name.endswith(suffixes)]
    return CacheContents(root, len(sizes), sum(sizes))


def clear() -> CacheContents:
    """Remove every entry; says what was removed. Only our own subfolders are touched."""
    import shutil

    before = contents()
    if before.path.is_dir():
        for child in before.path.iterdir():
            if child.is_dir() and child.name.startswith(PREFIX):
                shutil.rmtree(child, ignore_errors=True)
    return before
