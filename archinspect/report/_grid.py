"""A grid on a terminal: columns that fit are squeezed, those that do not go below one another."""

from __future__ import annotations

from collections.abc import Iterator

from archinspect.report._document import Column, Grid, Line, Text
from archinspect.report._layout import GAP, NAMES, NARROW, fitted, line_width, wrapped


def grid_lines(grid: Grid, width: int, first: int = 0, titled: bool = True) -> Iterator[Line]:
    """The grid's lines; when the columns do not fit, several grids that repeat the first column.

    `first` is the least width of the first column, by which grids below one another align; `titled`
    is False where the titles have been said before.
    """
    for index, part in enumerate(_parts(grid, width)):
        if index:
            yield ()
        yield from _lines(part, width, first, titled)


def first_width(grid: Grid) -> int:
    """How wide the grid's first column is before it is squeezed, NAMES at most."""
    return min(_natural(grid, 0), NAMES)


def _parts(grid: Grid, width: int) -> Iterator[Grid]:
    least = [_least(grid, index, width) for index in range(len(grid.columns))]
    group: list[int] = []
    for index in range(1, len(grid.columns)):
        if group and least[0] + sum(GAP + least[i] for i in (*group, index)) > width:
            yield _selected(grid, group)
            group = []
        group.append(index)
    yield _selected(grid, group)


def _selected(grid: Grid, indices: list[int]) -> Grid:
    chosen = [0, *indices]
    rows = tuple(tuple(row[index] for index in chosen) for row in grid.rows)
    return Grid(tuple(grid.columns[index] for index in chosen), rows)


def _natural(grid: Grid, index: int) -> int:
    return max([line_width(_title(grid.columns[index])), *(line_width(row[index]) for row in grid.rows)])


def _least(grid: Grid, index: int, width: int) -> int:
    """A number is never broken; text is, down to a width at which it can still be read."""
    title = max(len(word) for word in f"{grid.columns[index].title} ".replace("_", "_ ").split(" "))
    if grid.columns[index].numeric:
        return max([title, *(line_width(row[index]) for row in grid.rows)])
    enough = max(title, NARROW) if index else max(NARROW, min(NAMES, width // 3))
    return min(_natural(grid, index), enough)


def _title(column: Column) -> Line:
    return (Text(column.title, "quiet"),)


def _lines(grid: Grid, width: int, first: int, titled: bool) -> Iterator[Line]:
    indices = range(len(grid.columns))
    naturals = [min(_natural(grid, index), width) for index in indices]
    least = [_least(grid, index, width) for index in indices]
    naturals[0], least[0] = max(naturals[0], first), max(least[0], first)
    widths = fitted(naturals, least, width - GAP * (len(indices) - 1)) or least
    if titled:
        yield from _row(tuple(map(_title, grid.columns)), grid.columns, widths)
    for row in grid.rows:
        yield from _row(row, grid.columns, widths)


def _row(row: tuple[Line, ...], columns: tuple[Column, ...], widths: list[int]) -> Iterator[Line]:
    cells = [wrapped(cell, size) for cell, size in zip(row, widths, strict=True)]
    for number in range(max(map(len, cells))):
        line: list[Text] = []
        for cell, column, size in zip(cells, columns, widths, strict=True):
            part = cell[number] if number < len(cell) else ()
            blanks = Text(" " * (size - line_width(part)))
            line += [blanks, *part] if column.numeric else [*part, blanks]
            line.append(Text(" " * GAP))
        yield _stripped(line)


def _stripped(line: list[Text]) -> Line:
    while line and not line[-1].text.strip():
        line.pop()
    return tuple(line)
