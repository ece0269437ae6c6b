"""Lines in columns of a terminal: widths as displayed, wrapping, and columns that fit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from archinspect.report._document import Line, Text
from archinspect.report.escape.visible import visible

GAP = 2
NARROW = 12
"""Columns are not squeezed below this many characters."""
NAMES = 36
"""The first column names things; it is squeezed last."""
_WORDS = re.compile(r"\s+|\S+")
_BREAKS = "_/#-:,"


def width_of(text: str) -> int:
    """Columns the text takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(map(_char_width, text))


def line_width(line: Line) -> int:
    """Columns the line takes once hidden characters are written out."""
    return sum(width_of(visible(text.text)) for text in line)


def wrapped(line: Line, width: int) -> list[Line]:
    """The line broken between words, or inside words too long for a line; nothing hidden is left in it."""
    lines: list[list[Text]] = [[]]
    used = 0
    for word in _words(line, max(width, 1)):
        length = sum(width_of(part.text) for part in word)
        if used and used + length > width:
            lines.append([])
            used = 0
        if used or not word[0].text.isspace():
            lines[-1] += word
            used += length
    return [_trimmed(parts) for parts in lines]


def fitted(naturals: Sequence[int], least: Sequence[int], available: int) -> list[int] | None:
    """Column widths of at most `available` in all: those with most to give give way, none below its least."""
    widths = list(naturals)
    excess = sum(widths) - available
    while excess > 0:
        slack, index = max(
            (width - low, -i) for i, (width, low) in enumerate(zip(widths, least, strict=True))
        )
        if slack <= 0:
            return None
        widths[-index] -= 1
        excess -= 1
    return widths


def _words(line: Line, width: int) -> Iterator[list[Text]]:
    """Blanks and words in turn; a word may run over several texts: `name` and the comma after it."""
    parts = [
        replace(text, text=match.group()) for text in line for match in _WORDS.finditer(visible(text.text))
    ]
    for _, group in groupby(parts, key=lambda part: part.text.isspace()):
        word = list(group)
        if sum(width_of(part.text) for part in word) <= width:
            yield word
        else:
            yield from ([replace(part, text=piece)] for part in word for piece in _pieces(part.text, width))


def _pieces(word: str, width: int) -> Iterator[str]:
    """The word in parts of at most `width` columns, broken after punctuation where there is some."""
    while width_of(word) > width:
        room = _prefix(word, width)
        cut = max(word.rfind(mark, room // 3, room) for mark in _BREAKS) + 1 or room
        yield word[:cut]
        word = word[cut:]
    yield word


def _prefix(word: str, width: int) -> int:
    """How many characters fit in `width` columns; at least one."""
    used = 0
    for index, char in enumerate(word):
        used += _char_width(char)
        if used > width:
            return max(index, 1)
    return len(word)


def _trimmed(parts: list[Text]) -> Line:
    while parts and parts[-1].text.isspace():
        parts.pop()
    return tuple(parts)


def _char_width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
