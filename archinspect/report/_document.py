"""The neutral document: what a report says, before any format decides how it looks.

Texts are raw here, as found in files; each format escapes them for itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Tone: TypeAlias = Literal["plain", "strong", "quiet", "good", "bad", "doubt"]
"""What a text is to the reader: good and bad are verdicts, doubt is neither, quiet is background."""


@dataclass(frozen=True, slots=True)
class Text:
    """A run of text on one line."""

    text: str
    tone: Tone = "plain"
    code: bool = False
    """True for names, values and places: what a reader would copy."""
    url: str | None = None


Line: TypeAlias = tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of what follows, up to the next heading of its level (1 is the outermost)."""

    line: Line
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of prose, wrapped where the format needs it."""

    line: Line


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a grid."""

    title: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows under columns; each row has as many cells as there are columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """Something with fields: `documented`, `observed` ..., each a value and a remark on it."""

    head: Line
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A labelled value of an entry and, beside it, where it comes from."""

    label: str
    value: Line
    beside: Line = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """A line and what hangs below it."""

    line: Line
    children: tuple[Tree, ...] = ()


Block: TypeAlias = Heading | Paragraph | Grid | Entry | Tree


@dataclass(frozen=True)
class Document:
    """A report: blocks in reading order, and the line that sums it up."""

    title: str
    blocks: tuple[Block, ...] = ()
    summary: Line = field(default=())


def plain(text: str, tone: Tone = "plain") -> Line:
    """A line of prose."""
    return (Text(text, tone),)


def code(text: str, tone: Tone = "plain") -> Line:
    """A line that is a name, value or place."""
    return (Text(text, tone, code=True),)


def joined(parts: list[Line], separator: str = ", ") -> Line:
    """The non-empty lines as one, with the separator between them."""
    return tuple(_joined([part for part in parts if part], separator))


def _joined(parts: list[Line], separator: str) -> Iterator[Text]:
    for index, part in enumerate(parts):
        if index:
            yield Text(separator, "quiet")
        yield from part
