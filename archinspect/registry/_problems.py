"""Collects the mistakes of one registry, each with its line and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from archinspect.errors import Problem, RegistryError
from archinspect.records import Json, Place
from archinspect.registry._lines import KeyPath
from archinspect.registry._read import Document, dotted

LONGEST_SHOWN = 60
LONGEST_LIST = 8


class Problems:
    """The mistakes found so far in one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._found: list[Problem] = []

    def add(self, path: KeyPath, message: str) -> None:
        """Note a mistake at a key (or at the nearest key above it that is written)."""
        line = self._document.index.line(path)
        self._found.append(Problem(self._document.file, line, printable(dotted(path)), message))

    def unknown_key(self, path: KeyPath, valid: Iterable[str]) -> None:
        """Note a key that nothing reads."""
        self.add(path, f"unknown key{nearest(str(path[-1]), valid)}")

    def place(self, path: KeyPath) -> Place:
        """Where a key is, for annotations."""
        return Place(self._document.file, self._document.index.line(path))

    def raise_any(self) -> None:
        """Raise RegistryError with every mistake in the order of the file, if there is one."""
        if self._found:
            raise RegistryError(sorted(self._found, key=lambda problem: problem.line))


def nearest(name: str, valid: Iterable[str]) -> str:
    """What to write instead: the nearest valid name, or the valid ones when they are few."""
    names = sorted(set(valid))
    if close := difflib.get_close_matches(name[:200], names, n=1, cutoff=0.6):
        return f"; did you mean {close[0]!r}?"
    if names and len(names) <= LONGEST_LIST:
        return f"; it may be {', '.join(map(repr, names))}"
    return ""


def shown(value: Json) -> str:
    """A value for a message: short and printable."""
    text = printable(repr(value))
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."


def printable(text: str) -> str:
    """The text with terminal escapes, newlines and the like written out."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def table_at(data: Mapping[str, Json], path: KeyPath, problems: Problems) -> dict[str, Json]:
    """The table under the last key of `path`; an empty one when it is absent or not a table."""
    value = data.get(str(path[-1]), {})
    if isinstance(value, dict):
        return value
    problems.add(path, f"must be a table, not {shown(value)}")
    return {}


def tables_at(data: Mapping[str, Json], path: KeyPath, problems: Problems) -> list[dict[str, Json]]:
    """The array of tables under the last key of `path`."""
    value = data.get(str(path[-1]), [])
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return value
    problems.add(path, f"must be an array of tables, [[{dotted(path)}]], not {shown(value)}")
    return []
