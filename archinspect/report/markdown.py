"""`--format markdown`: for pull requests, job summaries and pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from archinspect.report._document import (
    Block,
    Document,
    Entry,
    Field,
    Grid,
    Heading,
    Line,
    Paragraph,
    Text,
    Tree,
)
from archinspect.report._engine import format_, presentation_of
from archinspect.report._view import View
from archinspect.report.escape.markdown import code, link, opening, prose

Inline = Callable[[Line], str]
LEVELS = 6


@format_("markdown", ".md", ".markdown")
def markdown(result: object, view: View) -> str:
    """GitHub-flavoured Markdown."""
    document = presentation_of(result, view).document(result, view)
    return "\n\n".join(_document(document)) + "\n"


def _document(document: Document) -> Iterator[str]:
    yield f"# {opening(prose(document.title))}"
    listed: list[str] = []
    for block in document.blocks:
        # Entries and trees are items of one list for as long as nothing comes between.
        if isinstance(block, (Entry, Tree)):
            listed += _items(block)
            continue
        if listed:
            yield "\n".join(listed)
            listed = []
        yield _block(block)
    if listed:
        yield "\n".join(listed)
    if document.summary:
        yield _inline(document.summary)


def _block(block: Block) -> str:
    match block:
        case Heading(line, level):
            return f"{'#' * min(level, LEVELS)} {_inline(_unstyled(line))}"
        case Grid():
            return "\n".join(_grid(block))
        case Paragraph(line):
            return _inline(line)
    return "\n".join(_items(block))


def _items(block: Block) -> Iterator[str]:
    match block:
        case Entry(head, fields):
            yield f"- {_inline(head)}"
            yield from (f"  - {_field(field)}" for field in fields)
        case Tree():
            yield from _tree(block, 0)


def _field(field: Field) -> str:
    label = f"{opening(prose(field.label))}: " if field.label else ""
    beside = f" — {_inline(field.beside)}" if field.beside else ""
    return f"{label}{_inline(field.value)}{beside}"


def _tree(tree: Tree, depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}- {_inline(tree.line)}"
    yield from chain.from_iterable(_tree(child, depth + 1) for child in tree.children)


def _grid(grid: Grid) -> Iterator[str]:
    yield _row(prose(column.title) for column in grid.columns)
    yield _row("---:" if column.numeric else "---" for column in grid.columns)
    for row in grid.rows:
        yield _row(_inline(cell, in_table=True) for cell in row)


def _row(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _inline(line: Line, in_table: bool = False) -> str:
    return opening("".join(_text(text, in_table) for text in line).strip())


def _text(text: Text, in_table: bool) -> str:
    """Blanks at the ends stay outside of the markup, where they separate."""
    body = text.text.strip()
    if not body:
        return " " if text.text else ""
    before = " " if text.text[:1].isspace() else ""
    after = " " if text.text[-1:].isspace() else ""
    return f"{before}{_marked(text, body, in_table)}{after}"


def _marked(text: Text, body: str, in_table: bool) -> str:
    if text.url:
        return link(body, text.url)
    marked = code(body, in_table) if text.code else prose(body)
    return f"**{marked}**" if text.tone in ("strong", "bad") else marked


def _unstyled(line: Line) -> Line:
    return tuple(Text(text.text, code=text.code, url=text.url) for text in line)
