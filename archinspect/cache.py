"""Our one cache policy: where it is, how it is written, and that a damaged entry is a miss.

The cache holds only what can be learnt again: parsed and derived facts, keyed by the digest of
everything they were derived from. Published files themselves live in the standard Hub cache.
Entries are JSON, or compressed bytes (nothing that is executed when read), written to a temporary file and
renamed, so that readers in other processes see a whole entry or none. A cache that cannot be read or written
never fails a run.

A run that finds all it needs here waits for this module's imports above all: libraries are loaded where they
are used.
"""

from __future__ import annotations

import contextlib
import functools
import os

from archinspect.hints import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENVIRONMENT_VARIABLE = "ARCHINSPECT_CACHE"
LARGEST_ENTRY_BYTES = 64 * 2**20
PREFIX = "v1-"
"""What the names of our own folders begin with."""
SUFFIX = ".json"
PACKED_SUFFIX = ".z"


def cache_dir() -> Path:
    """`$ARCHINSPECT_CACHE`, or the platform's directory for caches."""
    from pathlib import Path

    return Path(_directory())


def key_of(*parts: str) -> str:
    """A key from everything an entry depends on; order matters, no two lists of parts collide."""
    from hashlib import sha256

    digest = sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data) + data)
    return digest.hexdigest()


@functools.cache
def code_stamp(folder: Path | str) -> str:
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
        content = _read(_entry(kind, key, SUFFIX))
        return None if content is None else _decoded(content, type)
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def load_bytes(kind: str, key: str) -> bytes | None:
    """The entry that `store_bytes` left; None when it is absent, damaged or too large."""
    import zlib

    try:
        packed = _read(_entry(kind, key, PACKED_SUFFIX))
        if packed is None:
            return None
        inflating = zlib.decompressobj()
        content = inflating.decompress(packed, LARGEST_ENTRY_BYTES)
        return content if inflating.eof else None
    except (OSError, zlib.error):
        return None


def has(kind: str, key: str) -> bool:
    """Whether there is an entry; it may still turn out to be damaged."""
    return os.path.isfile(_entry(kind, key, SUFFIX))  # noqa: PTH113


def store(kind: str, key: str, value: Any) -> None:
    """Write the entry whole or not at all; a cache that cannot be written is passed over.

    `value` is a record or plain JSON. What JSON cannot say (an integer of thousands of digits) is not
    remembered.
    """
    import json

    import msgspec

    with contextlib.suppress(OSError, ValueError, RecursionError):
        content = json.dumps({"value": msgspec.to_builtins(value)}, separators=(",", ":"))
        _write(_entry(kind, key, SUFFIX), content.encode())


def store_bytes(kind: str, key: str, content: bytes) -> None:
    """Write what is long and repeats itself compressed, as `store` does a value."""
    import zlib

    with contextlib.suppress(OSError):
        _write(_entry(kind, key, PACKED_SUFFIX), zlib.compress(content, level=1))


def _decoded(content: bytes, type: Any) -> Any:
    import msgspec

    stored = _stored(type)
    try:
        return msgspec.json.decode(content, type=stored).value
    except msgspec.DecodeError:
        import json

        # NaN, infinities and lone surrogates, which a config may hold, are more than msgspec takes.
        return msgspec.convert(json.loads(content), stored).value


@functools.cache
def _stored(type: Any) -> Any:
    """What an entry's file holds."""
    import msgspec

    return msgspec.defstruct("Stored", [("value", type)])


def _read(path: str) -> bytes | None:
    with open(path, "rb") as stream:  # noqa: PTH123 - this is on every path, pathlib is slow
        content = stream.read(LARGEST_ENTRY_BYTES + 1)
    return content if len(content) <= LARGEST_ENTRY_BYTES else None


def _write(path: str, content: bytes) -> None:
    import tempfile

    folder = os.path.dirname(path)  # noqa: PTH120
    os.makedirs(folder, exist_ok=True)  # noqa: PTH103
    handle, temporary = tempfile.mkstemp(dir=folder, suffix=".incomplete")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.replace(temporary, path)  # noqa: PTH105
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)  # noqa: PTH108


def _entry(kind: str, key: str, suffix: str) -> str:
    return os.path.join(_directory(), f"{PREFIX}{kind}", key[:2], f"{key}{suffix}")  # noqa: PTH118


def _directory() -> str:
    if chosen := os.environ.get(ENVIRONMENT_VARIABLE):
        return os.path.expanduser(chosen)  # noqa: PTH111
    import platformdirs

    return platformdirs.user_cache_dir("archinspect", appauthor=False)
