"""Models beside each other: a row per model, a column per fact."""

from __future__ import annotations

from archinspect.records import Fact, Json, ModelReport, Table
from archinspect.report._document import Block, Column, Document, Grid, Heading, Line, code, joined, plain
from archinspect.report._engine import Presentation, Rows, as_rows
from archinspect.report._values import shown
from archinspect.report._view import View
from archinspect.report.results._data import facts_data, model_data
from archinspect.report.results._lines import counted, failure_entry, value_line

CELL_LENGTH = 60
UNKNOWN = "?"


def document(table: Table, view: View) -> Document:
    """The grid; `?` is unknown, and a model that could not be looked at is below it."""
    columns = (Column("model"), *(Column(name, numeric=_numeric(table, name)) for name in table.columns))
    read = [report for report in table.models if report.facts]
    grid = Grid(columns, tuple(_cells(report, table.columns) for report in read))
    blocks: list[Block] = [grid] if read else []
    if missing := [report for report in table.models if not report.facts]:
        blocks.append(Heading(plain("not looked at", "strong"), 2))
        blocks += [failure_entry(report) for report in missing]
    return Document("Models", tuple(blocks), _summary(table))


def data(table: Table, view: View) -> dict[str, Json]:
    """The models, each with the facts asked for."""
    return {
        "versions": dict(view.versions),
        "columns": list(table.columns),
        "models": [
            {**model_data(report), "facts": facts_data(_chosen(report, table.columns))}
            for report in table.models
        ],
    }


def rows(table: Table, view: View) -> Rows:
    """A row per model; unknown facts are empty, a known absence is `null`."""
    columns = ("model", "repo", "revision", "outcome", *table.columns)
    return as_rows(columns, [_row(report, table.columns) for report in table.models])


def _chosen(report: ModelReport, columns: tuple[str, ...]) -> dict[str, Fact]:
    return {name: report.facts[name] for name in columns if name in report.facts}


def _numeric(table: Table, name: str) -> bool:
    values = [report.facts[name].value for report in table.models if name in report.facts]
    numbers = [
        isinstance(value, (int, float)) and not isinstance(value, bool)
        for value in values
        if value is not None
    ]
    return bool(numbers) and all(numbers)


def _cells(report: ModelReport, columns: tuple[str, ...]) -> tuple[Line, ...]:
    return (
        code(report.snapshot.target.model, "strong"),
        *(_cell(report.facts.get(name)) for name in columns),
    )


def _cell(fact: Fact | None) -> Line:
    if fact is None or not fact.known:
        return plain(UNKNOWN, "doubt")
    if fact.value is None:
        return value_line(None)
    return code(shown(fact.value, CELL_LENGTH))


def _summary(table: Table) -> Line:
    read = sum(bool(report.facts) for report in table.models)
    found = [plain(f"{counted(read, 'model')} x {counted(len(table.columns), 'fact')}")]
    cells = [report.facts[name] for report in table.models for name in table.columns if name in report.facts]
    if unknown := sum(not fact.known for fact in cells):
        found.append(plain(f"{unknown} unknown ({UNKNOWN})", "doubt"))
    if missing := len(table.models) - read:
        found.append(plain(f"{counted(missing, 'model')} not looked at", "doubt"))
    return joined(found)


def _row(report: ModelReport, columns: tuple[str, ...]) -> list[Json]:
    snapshot = report.snapshot
    return [
        snapshot.target.model,
        snapshot.target.repo,
        snapshot.revision,
        snapshot.outcome,
        *(_raw(report.facts.get(name)) for name in columns),
    ]


def _raw(fact: Fact | None) -> Json:
    if fact is None or not fact.known:
        return None
    return "null" if fact.value is None else fact.value


TABLE = Presentation("table", Table, document, data, rows)
