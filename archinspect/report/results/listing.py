"""The models a registry has."""

from __future__ import annotations

from archinspect.records import Json, Listing, ModelEntry
from archinspect.report._document import Column, Document, Grid, Line, code, joined, plain
from archinspect.report._engine import Presentation, Rows, as_rows
from archinspect.report._view import View
from archinspect.report.results._lines import counted

COLUMNS = (
    "name",
    "repo",
    "revision",
    "role",
    "lineage",
    "generation",
    "parent",
    "relation",
    "aliases",
    "claims",
)


def document(listing: Listing, view: View) -> Document:
    """A row per model."""
    columns = ("model", "repository", "role", "lineage", "parent", "aliases")
    grid = Grid(
        (*map(Column, columns), Column("claims", numeric=True)),
        tuple(_cells(entry) for entry in listing.entries),
    )
    claims = sum(len(entry.claims) for entry in listing.entries)
    summary = plain(f"{counted(len(listing.entries), 'model')}, {counted(claims, 'claim')} about one model")
    return Document("Models", (grid,) if listing.entries else (), summary)


def data(listing: Listing, view: View) -> dict[str, Json]:
    """The entries as the registry has them."""
    return {"models": [_data(entry, view) for entry in listing.entries]}


def rows(listing: Listing, view: View) -> Rows:
    """A row per model."""
    return as_rows(COLUMNS, [_row(entry) for entry in listing.entries])


def _cells(entry: ModelEntry) -> tuple[Line, ...]:
    lineage = [plain(part) for part in (entry.lineage, entry.generation) if part]
    parent = [code(entry.parent)] if entry.parent else []
    relation = [plain(f"({entry.relation})", "quiet")] if entry.relation else []
    return (
        code(entry.name, "strong"),
        code(entry.repo),
        plain(entry.role),
        joined(lineage, " "),
        joined([*parent, *relation], " "),
        joined([code(alias) for alias in entry.aliases]),
        plain(str(len(entry.claims)) if entry.claims else ""),
    )


def _data(entry: ModelEntry, view: View) -> dict[str, Json]:
    return {
        "model": entry.name,
        "repo": entry.repo,
        "revision": entry.revision,
        "role": entry.role,
        "lineage": entry.lineage,
        "generation": entry.generation,
        "parent": entry.parent,
        "relation": entry.relation,
        "aliases": list(entry.aliases),
        "mirrors": list(entry.mirrors),
        "note": entry.note,
        "claims": [claim.id for claim in entry.claims],
        "registry": {"file": view.path(entry.place.file), "line": entry.place.line},
    }


def _row(entry: ModelEntry) -> list[Json]:
    return [
        entry.name,
        entry.repo,
        entry.revision,
        entry.role,
        entry.lineage,
        entry.generation,
        entry.parent,
        entry.relation,
        ", ".join(entry.aliases),
        len(entry.claims),
    ]


LISTING = Presentation("list", Listing, document, data, rows)
