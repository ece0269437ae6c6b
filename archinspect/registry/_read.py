"""Bytes of a registry -> its TOML with the line of every key."""

from __future__ import annotations

import datetime
import re
import tomllib
from pathlib import Path

from msgspec import Struct

from archinspect.errors import Problem, RegistryError
from archinspect.records import Json
from archinspect.registry._find import Found, find, one_problem
from archinspect.registry._lines import KeyPath, LineIndex, index_lines

_POSITION = re.compile(
    r"^(?P<what>.*?) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$", re.DOTALL
)


class Document(Struct, frozen=True):
    """A registry as TOML: dates are ISO strings, everything else as `tomllib` gives it."""

    file: str
    data: dict[str, Json]
    index: LineIndex


def read_document(path: Path | None) -> Document:
    """The TOML of `path`, or of the registry `find` names. Raises RegistryError as `find` and `parse`."""
    return parse(find(path))


def parse(found: Found) -> Document:
    """A registry's bytes as TOML. Raises RegistryError: not UTF-8, not TOML, keys written twice."""
    return _parsed(found.file, found.content)


def _parsed(file: str, content: bytes) -> Document:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise one_problem(
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


def _plain(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return value
