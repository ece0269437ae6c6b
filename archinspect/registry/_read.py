"""Bytes of a registry -> its TOML with the line of every key."""

from __future__ import annotations

import datetime
import os
import re
import tomllib
from pathlib import Path

from msgspec import Struct

from archinspect.errors import Problem, RegistryError
from archinspect.records import Json
from archinspect.registry._lines import KeyPath, LineIndex, index_lines

ENVIRONMENT_VARIABLE = "ARCHINSPECT_REGISTRY"
LARGEST_BYTES = 16 * 2**20
_POSITION = re.compile(
    r"^(?P<what>.*?) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$", re.DOTALL
)


class Document(Struct, frozen=True):
    """A registry as TOML: dates are ISO strings, everything else as `tomllib` gives it."""

    file: str
    data: dict[str, Json]
    index: LineIndex


def read_document(path: Path | None) -> Document:
    """Read `path`, or the registry that the environment names, or the one that came with us.

    Raises RegistryError: not a readable file, too large, not UTF-8, not TOML, keys written twice.
    """
    path = path or _default_path()
    file = _shown(path)
    content = _bytes(path, file)
    return _parsed(file, content)


def _default_path() -> Path:
    if chosen := os.environ.get(ENVIRONMENT_VARIABLE):
        return Path(chosen).expanduser()
    return Path(__file__).parent.parent / "registry.toml"


def _shown(path: Path) -> str:
    """As the reader would name it: relative when below the working directory, links followed."""
    try:
        resolved = path.resolve()
        return str(resolved.relative_to(Path.cwd().resolve()))
    except (OSError, ValueError, RuntimeError):
        return str(path.resolve()) if path.exists() else str(path)


def _bytes(path: Path, file: str) -> bytes:
    try:
        if path.is_dir():
            raise _one(file, 1, "the registry is a directory; name the TOML file in it")
        with path.open("rb") as stream:
            content = stream.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise _one(
            file, 1, f"no such file; give --registry or {ENVIRONMENT_VARIABLE} a registry's path"
        ) from None
    except (OSError, ValueError) as error:
        raise _one(file, 1, f"cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(content) > LARGEST_BYTES:
        raise _one(file, 1, f"larger than {LARGEST_BYTES} bytes; a registry holds claims, not data")
    return content


def _parsed(file: str, content: bytes) -> Document:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise _one(
            file, line, f"not UTF-8: byte 0x{byte:02x} at offset {error.start}; save as UTF-8"
        ) from None
    index = index_lines(text)
    twice = [
        Problem(file, line, dotted(path), f"is written twice; the first is on line {first}")
        for path, line, first in index.duplicates
    ]
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RegistryError(_with_syntax(file, text, str(error), twice)) from None
    except RecursionError:
        raise RegistryError([*twice, Problem(file, 1, "toml", "nested too deeply to be read")]) from None
    if twice:
        raise RegistryError(twice)
    return Document(file, _plain(data), index)


def dotted(path: KeyPath) -> str:
    """A key path in words: `models.phi-4-mini.claims[0].value`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _with_syntax(file: str, text: str, message: str, twice: list[Problem]) -> list[Problem]:
    match = _POSITION.match(message)
    what, line = (match["what"], match["line"]) if match else (message, None)
    number = int(line) if line else text.count("\n") + 1
    if any(problem.line == number for problem in twice):
        return twice
    return sorted([*twice, Problem(file, number, "toml", f"not TOML: {what}")], key=lambda item: item.line)


def _one(file: str, line: int, message: str) -> RegistryError:
    return RegistryError([Problem(file, line, "registry", message)])


def _plain(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return value
