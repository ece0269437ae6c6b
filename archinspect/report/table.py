"""`--format table`: aligned text for a terminal, in colour where that is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from msgspec.structs import replace

from archinspect.report._document import (
    Block,
    Column,
    Document,
    Entry,
    Field,
    Grid,
    Heading,
    Line,
    Paragraph,
    Text,
    Tone,
    Tree,
)
from archinspect.report._engine import format_, presentation_of
from archinspect.report._grid import first_width, grid_lines
from archinspect.report._layout import GAP, line_width, wrapped
from archinspect.report._view import View
from archinspect.report.escape.terminal import harmless
from archinspect.report.escape.visible import visible

COLOURS: Final[dict[Tone, str]] = {"strong": "1", "quiet": "2", "good": "32", "bad": "1;31", "doubt": "33"}
LEAST_WIDTH = 40
INDENT = 2
ROOMY = 100
"""On narrower terminals, grids do not align with one another: the columns need the room."""
LABELS = 48
"""Labels longer than this have their value on the next line."""
VALUES = 44
"""Values longer than this have their remark on the next line."""


@format_("table", ".txt")
def table(result: object, view: View) -> str:
    """Aligned text for a terminal."""
    document = presentation_of(result, view).document(result, view)
    width = max(view.width, LEAST_WIDTH)
    return "".join(_written(line, view.colour) + "\n" for line in _document(document, width))


def _document(document: Document, width: int) -> Iterator[Line]:
    indent = 0
    names = _name_widths(document, width)
    titled: set[tuple[Column, ...]] = set()
    for number, block in enumerate(document.blocks):
        if number and _apart(document.blocks[number - 1], block):
            yield ()
        indent = 0 if isinstance(block, Heading) else INDENT if indent or _under(document, number) else 0
        if isinstance(block, Grid):
            first = names.get(block.columns, 0)
            lines = grid_lines(
                block, width - indent, first, titled=_titles(block) and block.columns not in titled
            )
            titled.add(block.columns)
        else:
            lines = _block(block, width - indent)
        yield from _indented(lines, indent)
    if document.summary:
        if document.blocks:
            yield ()
        yield from wrapped(document.summary, width)


def _name_widths(document: Document, width: int) -> dict[tuple[Column, ...], int]:
    """For grids with the same columns, how wide the first must be to align them; where there is room."""
    widths: dict[tuple[Column, ...], int] = {}
    for block in document.blocks if width >= ROOMY else ():
        if isinstance(block, Grid):
            widths[block.columns] = max(widths.get(block.columns, 0), first_width(block))
    return widths


def _titles(grid: Grid) -> bool:
    return any(column.title for column in grid.columns)


def _under(document: Document, number: int) -> bool:
    return number > 0 and isinstance(document.blocks[number - 1], Heading)


def _apart(before: Block, block: Block) -> bool:
    """Whether an empty line comes between: lines of one list stay together, entries do not."""
    if isinstance(before, Heading):
        return False
    return not (type(before) is type(block) and isinstance(block, (Tree, Paragraph, Grid)))


def _block(block: Heading | Paragraph | Entry | Tree, width: int) -> Iterator[Line]:
    match block:
        case Heading(line) | Paragraph(line):
            yield from wrapped(line, width)
        case Entry():
            yield from _entry(block, width)
        case Tree():
            yield from _tree(block, width)


def _entry(entry: Entry, width: int) -> Iterator[Line]:
    yield from wrapped(entry.head, width)
    labels = [field.label for field in entry.fields if len(field.label) <= LABELS]
    label_width = max((line_width((Text(label),)) for label in labels), default=0)
    short = [size for field in entry.fields if field.beside and (size := line_width(field.value)) <= VALUES]
    value_width = max(short, default=0)
    for field in entry.fields:
        yield from _indented(_field(field, label_width, value_width, width - INDENT), INDENT)


def _field(field: Field, label_width: int, value_width: int, width: int) -> Iterator[Line]:
    if not field.label:
        yield from wrapped(field.value, width)
        return
    label: Line = (Text(field.label, "quiet"),)
    start = label_width + GAP if label_width else 0
    if line_width(label) > label_width:
        yield from wrapped(label, width)
        label = ()
    body = _body(field, value_width, max(width - start, LEAST_WIDTH // 2))
    for number, line in enumerate(body):
        yield _beside(label if number == 0 else (), start, line)


def _body(field: Field, value_width: int, width: int) -> Iterator[Line]:
    size = line_width(field.value)
    column = max(value_width, size)
    if field.beside and column + GAP + line_width(field.beside) <= width:
        yield _beside(field.value, column + GAP, field.beside)
        return
    yield from wrapped(field.value, width)
    if field.beside:
        yield from wrapped(field.beside, width)


def _beside(left: Line, start: int, right: Line) -> Line:
    blanks = max(0, start - line_width(left))
    return (*left, Text(" " * blanks), *right)


def _tree(tree: Tree, width: int, depth: int = 0) -> Iterator[Line]:
    # Arithmetic over arithmetic is a few levels deep; a hostile tree must not push text off the screen.
    indent = min(depth * INDENT, width // 2)
    mark = (Text("- " if depth else "", "quiet"),)
    for number, line in enumerate(wrapped(tree.line, width - indent - INDENT)):
        yield _beside((), indent, (*mark, *line) if number == 0 else (Text(" " * INDENT), *line))
    for child in tree.children:
        yield from _tree(child, width, depth + 1)


def _indented(lines: Iterator[Line], indent: int) -> Iterator[Line]:
    for line in lines:
        yield (Text(" " * indent), *line) if line else ()


def _written(line: Line, colour: bool) -> str:
    # The last place where anything hidden could still slip through.
    line = tuple(replace(part, text=visible(part.text)) for part in line)
    text = "".join(part.text for part in line).rstrip()
    if not colour or harmless(text) != text:
        return harmless(text)
    runs = groupby(line, key=lambda part: COLOURS.get(part.tone))
    return "".join(_coloured("".join(part.text for part in parts), code) for code, parts in runs).rstrip()


def _coloured(text: str, code: str | None) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if code and text.strip() else text
