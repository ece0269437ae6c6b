"""Source that nobody vouches for, parsed as a whole: its top-level statements and the names each concerns."""

from __future__ import annotations

import ast

from archinspect.errors import BlueprintError

from .cut import Entry
from .effects import changed_by, registering, tables_of, touched


class Parsed(Entry):
    """A statement whose syntax tree is at hand."""

    __slots__ = ("statement",)

    def __init__(self, names: tuple[str, ...], statement: ast.stmt) -> None:
        """``names``: as of any entry."""
        super().__init__(names)
        self.statement = statement

    def parse(self) -> list[ast.stmt]:
        """The statement."""
        return [self.statement]


def whole(text: str, label: str) -> list[Entry]:
    """The entries of a module. Raises BlueprintError when it is not Python that can be parsed."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        detail = error.msg if isinstance(error, SyntaxError) else type(error).__name__
        raise BlueprintError(f"{label}: cannot be parsed ({str(detail)[:200]})") from error
    effects, tables = changed_by(body), tables_of(body)
    made: list[Entry] = []
    for one in body:
        names = (*_bound(one), *touched(one, effects), *registering(one, tables))
        made.append(Parsed(tuple(dict.fromkeys(names)), one))
    return made


def _bound(statement: ast.stmt) -> tuple[str, ...]:
    """The names a top-level statement binds or may change."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return (statement.name,)
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return tuple((one.asname or one.name).split(".")[0] for one in statement.names)
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = list(statement.targets)
    elif isinstance(statement, ast.AnnAssign | ast.AugAssign):
        targets = [statement.target]
    elif isinstance(statement, ast.Expr):
        targets = [statement.value.func] if isinstance(statement.value, ast.Call) else []
    else:
        return _mentioned(statement)
    return tuple(_root_names(targets))


def _mentioned(statement: ast.stmt) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            names[node.id] = None
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names[node.name] = None
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update(dict.fromkeys((one.asname or one.name).split(".")[0] for one in node.names))
    return tuple(names)


def _root_names(targets: list[ast.expr]) -> list[str]:
    names = []
    while targets:
        one = targets.pop()
        if isinstance(one, ast.Name):
            names.append(one.id)
        elif isinstance(one, ast.Attribute | ast.Subscript | ast.Starred):
            targets.append(one.value)
        elif isinstance(one, ast.Tuple | ast.List):
            targets.extend(one.elts)
    return names
