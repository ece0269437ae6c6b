"""Reads a JSON file that somebody else wrote: bounded, and nothing in it overlooked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

from archinspect.errors import MalformedFileError
from archinspect.records import Json, SourceFile

DEEPEST = 100
"""Levels of nesting; published configs have at most six."""


class JsonFile(Struct, frozen=True):
    """A parsed file and the keys it writes twice (of which JSON readers keep the last)."""

    path: str
    data: Json
    duplicates: tuple[str, ...] = ()


@lru_cache(maxsize=32)
def parse_json(file: SourceFile) -> JsonFile:
    """Parse the file.

    Several witnesses ask for the same file of one model: it is parsed once, and nobody may change it.
    NaN and Infinity, which JSON does not have, are kept as floats for whoever asks to refuse.
    Raises MalformedFileError naming the file, the line and what is wrong with it.
    """
    duplicates: list[str] = []

    def keep_last(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        kept = dict(pairs)
        if len(kept) != len(pairs):
            counts = Counter(name for name, _ in pairs)
            duplicates.extend(name for name, count in counts.items() if count > 1)
        return kept

    try:
        data = json.loads(file.content.decode("utf-8-sig"), object_pairs_hook=keep_last)
    except json.JSONDecodeError as error:
        raise MalformedFileError(file.path, f"not JSON: {error.msg} in line {error.lineno}") from error
    except UnicodeDecodeError as error:
        raise MalformedFileError(file.path, f"not UTF-8: byte {error.start}") from error
    except RecursionError as error:
        raise MalformedFileError(file.path, "nested too deeply to be read") from error
    except ValueError as error:
        raise MalformedFileError(file.path, f"not JSON: {error}") from error
    if _depth_exceeds(data, DEEPEST):
        raise MalformedFileError(file.path, f"nested more than {DEEPEST} levels deep")
    return JsonFile(file.path, data, tuple(duplicates))


def parse_object(file: SourceFile) -> JsonFile:
    """Parse a file that must hold a JSON object. Raises MalformedFileError."""
    parsed = parse_json(file)
    if not isinstance(parsed.data, dict):
        kind = {list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
        found = kind.get(type(parsed.data), "a number")
        raise MalformedFileError(file.path, f"holds {found} where an object is expected")
    return parsed


def _depth_exceeds(data: Json, limit: int) -> bool:
    level = [data]
    for _ in range(limit):
        level = [
            child
            for item in level
            if isinstance(item, (dict, list))
            for child in (item.values() if isinstance(item, dict) else item)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return False
    return True
