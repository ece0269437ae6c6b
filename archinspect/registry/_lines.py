"""The line of every key in a TOML text; `tomllib` gives values without positions.

A position is kept for each key path: `("models", "phi-4-mini", "claims", 0, "value")`, with the index
for each member of an array of tables. The scanner trusts `tomllib` for validity: where a text is not
TOML it stops, and what it found until then is enough to place the error.
"""

from __future__ import annotations

import contextlib
import re
from typing import TypeAlias

from msgspec import Struct, field

KeyPath: TypeAlias = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\n]+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SIMPLE_STATEMENT = re.compile(
    r"([A-Za-z0-9_-]+)[ \t]*=[ \t]*(?:\"[^\"\\\n]*\"|[0-9A-Za-z_+.:-]+)[ \t]*(?=\n|\Z)"
)
_BASIC = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL = re.compile(r"'[^'\n]*'")
_LONG_BASIC = re.compile(r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''(?:[^']|'{1,2}(?!'))*'{3,5}", re.DOTALL)
_ATOM = re.compile(r"[^,\]\}#\n]+")
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([btnfr"\\]))')
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


class LineIndex(Struct, frozen=True):
    """Where the keys of one text are; lines count from 1."""

    lines: dict[KeyPath, int] = field(default_factory=dict)
    duplicates: list[tuple[KeyPath, int, int]] = field(default_factory=list)
    """Keys and tables written twice: path, line of the second, line of the first."""

    def line(self, path: KeyPath) -> int:
        """The line of `path`, or of the nearest key above it that has one; 1 at the top."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def index_lines(text: str) -> LineIndex:
    """Scan a TOML text. Never raises: a text that is not TOML gives the keys up to the mistake."""
    scanner = _Scanner(text.replace("\r\n", "\n"))
    with contextlib.suppress(_NotTomlError, RecursionError):
        scanner.run()
    return scanner.index


class _NotTomlError(Exception):
    """The scanner met something it cannot follow."""


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.index = LineIndex()
        self._table: KeyPath = ()
        self._arrays: dict[KeyPath, int] = {}
        self._headers: dict[KeyPath, int] = {}
        self._line = 1
        self._counted = 0

    def run(self) -> None:
        while True:
            self._skip(_BLANK)
            if self.at >= len(self.text):
                return
            if simple := _SIMPLE_STATEMENT.match(self.text, self.at):
                self._define((*self._table, simple.group(1)), self.line())
                self.at = simple.end()
            elif self.text.startswith("[[", self.at):
                self._array_header()
            elif self.text[self.at] == "[":
                self._table_header()
            else:
                self._statement(self._table)

    def line(self) -> int:
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._line

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _expect(self, token: str) -> None:
        self._skip(_SPACE)
        if not self.text.startswith(token, self.at):
            raise _NotTomlError
        self.at += len(token)

    def _array_header(self) -> None:
        line = self.line()
        self.at += 2
        *above, last = self._key()
        self._expect("]]")
        path = (*self._enter((), above, line), last)
        self._note(path, line)
        self._arrays[path] = self._arrays.get(path, -1) + 1
        self._table = (*path, self._arrays[path])
        self._note(self._table, line)

    def _table_header(self) -> None:
        line = self.line()
        self.at += 1
        *above, last = self._key()
        self._expect("]")
        path = (*self._enter((), above, line), last)
        if path in self._headers:
            self.index.duplicates.append((path, line, self._headers[path]))
        self._headers.setdefault(path, line)
        self._note(path, line)
        self._table = path

    def _statement(self, table: KeyPath) -> None:
        line = self.line()
        *above, last = self._key()
        self._expect("=")
        path = (*self._enter(table, above, line), last)
        self._define(path, line)
        self._value(path)

    def _enter(self, path: KeyPath, parts: list[str], line: int) -> KeyPath:
        """Walk down `parts`, into the newest member of each array of tables on the way."""
        for part in parts:
            path = (*path, part)
            self._note(path, line)
            if path in self._arrays:
                path = (*path, self._arrays[path])
        return path

    def _define(self, path: KeyPath, line: int) -> None:
        if path in self.index.lines:
            self.index.duplicates.append((path, line, self.index.lines[path]))
        self._note(path, line)

    def _note(self, path: KeyPath, line: int) -> None:
        self.index.lines.setdefault(path, line)

    def _key(self) -> list[str]:
        parts: list[str] = []
        while True:
            self._skip(_SPACE)
            parts.append(self._key_part())
            self._skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def _key_part(self) -> str:
        for pattern in (_BARE_KEY, _BASIC, _LITERAL):
            if match := pattern.match(self.text, self.at):
                self.at = match.end()
                return _unquoted(match.group())
        raise _NotTomlError

    def _value(self, path: KeyPath) -> None:
        self._skip(_SPACE)
        start = self.text[self.at : self.at + 1]
        if start == "[":
            self._array(path)
        elif start == "{":
            self._inline_table(path)
        else:
            self._scalar()

    def _array(self, path: KeyPath) -> None:
        self.at += 1
        for number in range(len(self.text)):
            self._skip(_BLANK)
            if self._accept("]"):
                return
            self._value((*path, number))
            self._skip(_BLANK)
            if not self._accept(","):
                break
        self._expect("]")

    def _inline_table(self, path: KeyPath) -> None:
        self.at += 1
        self._skip(_BLANK)
        if self._accept("}"):
            return
        while True:
            self._skip(_BLANK)
            self._statement(path)
            self._skip(_BLANK)
            if not self._accept(","):
                break
        self._expect("}")

    def _accept(self, token: str) -> bool:
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def _scalar(self) -> None:
        for pattern in (_LONG_BASIC, _LONG_LITERAL, _BASIC, _LITERAL, _ATOM):
            if match := pattern.match(self.text, self.at):
                self.at = match.end()
                return
        raise _NotTomlError


def _unquoted(key: str) -> str:
    if key.startswith("'"):
        return key[1:-1]
    if not key.startswith('"'):
        return key
    return _ESCAPE.sub(_unescaped, key[1:-1])


def _unescaped(match: re.Match[str]) -> str:
    short, long, letter = match.groups()
    if letter:
        return _ESCAPED[letter]
    try:
        return chr(int(short or long, 16))
    except (ValueError, OverflowError):
        raise _NotTomlError from None
