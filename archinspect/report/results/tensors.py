"""Names, shapes and ties of the tensors that the modelling source builds."""

from __future__ import annotations

from archinspect.records import Json, TensorList
from archinspect.report._document import (
    Block,
    Column,
    Document,
    Entry,
    Field,
    Grid,
    Heading,
    code,
    joined,
    plain,
)
from archinspect.report._engine import Presentation, Rows, as_rows
from archinspect.report._view import View
from archinspect.report.results._data import gap_data
from archinspect.report.results._lines import counted, gap_entry

COLUMNS = ("tensor", "shape", "tied_to")


def document(found: TensorList, view: View) -> Document:
    """A row per tensor."""
    if found.problem is not None:
        why = (Field("", plain(found.problem)),)
        return Document(found.model, (Entry(plain(f"no tensors of {found.model}", "doubt"), why),))
    cells = tuple(
        (code(name), code(_sized(shape)), code(f"= {found.tied_to[name]}") if name in found.tied_to else ())
        for name, shape in found.shapes.items()
    )
    grid = Grid((Column("tensor"), Column("shape"), Column("tied")), cells)
    blocks: list[Block] = [grid]
    summary = [plain(f"{counted(len(found.shapes), 'tensor')} of {found.class_name} in {found.source}")]
    if found.gaps:
        blocks.append(Heading(plain("could not be read, and may hold more"), 2))
        blocks += [gap_entry(gap) for gap in found.gaps]
        summary.append(plain(f"{counted(len(found.gaps), 'part')} not known", "doubt"))
    return Document(found.model, tuple(blocks), joined(summary))


def data(found: TensorList, view: View) -> dict[str, Json]:
    """The tensors as objects, in the order of the modules."""
    return {
        "model": found.model,
        "problem": found.problem,
        "class": found.class_name or None,
        "source": found.source or None,
        "tensors": [
            {
                "name": name,
                "shape": None if shape is None else list(shape),
                "tied_to": found.tied_to.get(name),
            }
            for name, shape in found.shapes.items()
        ],
        "unknowns": [gap_data(gap) for gap in found.gaps],
    }


def rows(found: TensorList, view: View) -> Rows:
    """A row per tensor."""
    return as_rows(
        COLUMNS, [[name, _sized(shape), found.tied_to.get(name)] for name, shape in found.shapes.items()]
    )


def _sized(shape: tuple[int, ...] | None) -> str:
    return "[?]" if shape is None else f"[{', '.join(map(str, shape))}]"


TENSORS = Presentation("tensors", TensorList, document, data, rows)
