"""The neutral document: what a report says, before any format decides how it looks.

Texts are raw here, as found in files; each format escapes them for itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from msgspec import Struct, field

Tone: TypeAlias = Literal["plain", "strong", "quiet", "good", "bad", "doubt"]
"""What a text is to the reader: good and bad are verdicts, doubt is neither, quiet is background."""


class Text(Struct, frozen=True):
    """A run of text on one line."""

    text: str
    tone: Tone = "plain"
    code: bool = False
    """True for names, values and places: what a reader would copy."""
    url: str | None = None


Line: TypeAlias = tuple[Text, ...]


class Heading(Struct, frozen=True):
    """The title of what follows, up to the next heading of its level (1 is the outermost)."""

    line: Line
    level: int = 1


class Paragraph(Struct, frozen=True):
    """A line of prose, wrapped where the format needs it."""

    line: Line


class Column(Struct, frozen=True):
    """One column of a grid."""

    title: str
    numeric: bool = False


class Grid(Struct, frozen=True):
    """Rows under columns; each row has as many cells as there are columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Line, ...], ...]


class Entry(Struct, frozen=True):
    """Something with fields: `documented`, `observed` ..., each a value and a remark on it."""

    head: Line
    fields: tuple[Field, ...] = ()


class Field(Struct, frozen=True):
    """A labelled value of an entry and, beside it, where it comes from."""

    label: str
    value: Line
    beside: Line = ()


class Tree(Struct, frozen=True):
    """A line and what hangs below it."""

    line: Line
    children: tuple[Tree, ...] = ()


Block: TypeAlias = Heading | Paragraph | Grid | Entry | Tree


class Document(Struct, frozen=True):
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
