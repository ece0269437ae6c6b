"""A module of a source tree as interpreted code sees it: names are resolved when they are first looked up."""

from __future__ import annotations

import ast

from archinspect.hints import TYPE_CHECKING, Any

from .cut import Entry, Imported
from .frame import Frame
from .function_code import Closure
from .program import Program, StaleIndexError
from .scope import Scope
from .values import MISSING, External, Raised, describe

if TYPE_CHECKING:
    from .evaluator import Evaluator


class Namespace:
    """``vars`` holds the names bound so far; ``lookup`` runs the entries that bind a missing one."""

    __slots__ = (
        "builtins",
        "done",
        "ev",
        "failed",
        "frame",
        "index",
        "label",
        "name",
        "outside",
        "program",
        "rows",
        "stars",
        "tree",
        "vars",
    )

    def __init__(self, ev: Evaluator, program: Program, tree: Any) -> None:
        """A module none of whose entries has run."""
        self.ev = ev
        self.program = program
        self.tree = tree
        self.name = program.module
        self.label = program.label
        self.vars: dict[str, Any] = {"__name__": program.module, "__file__": program.label}
        self.done: set[Entry] = set()
        self.failed: dict[Entry, Raised] = {}
        self.rows: dict[tuple[str, str], Any] = {}
        self.stars: list[tuple[str, int]] = []
        self.outside: list[str] = []
        """Modules outside of the tree that a ``*`` was asked of."""
        self.builtins: dict[str, Any] = {}
        """Those that were asked for here: nothing of this module binds their names, by ``index``."""
        self.index: dict[str, list[Entry]] | None = None
        self.frame = Frame(ev, self, self.vars)

    def lookup(self, name: str) -> Any:
        """A global name as code of this module sees it: bound here, imported by ``*``, or a builtin."""
        if name in self.builtins and name not in self.vars and self.index is self.program.index:
            return self.builtins[name]
        found = self.resolve(name)
        if found is not MISSING:
            return found
        if self.index is not self.program.index:
            self.index = self.program.index
            self.builtins.clear()
        found = self.ev.builtin(name)
        if found is not MISSING:
            self.builtins[name] = found
            return found
        if self.outside:
            # It may be one of those that an outside module brings.
            return self.ev.external(f"{self.outside[-1]}.{name}")
        raise Raised(self.ev.exception("NameError", f"name {name!r} is not defined"))

    def attribute(self, name: str) -> Any:
        """A name as importers of this module see it, or MISSING."""
        found = self.resolve(name)
        if found is not MISSING:
            return found
        inner = self.ev.namespace(f"{self.name}.{name}") if self.program.package else None
        return inner if inner is not None else MISSING

    def resolve(self, name: str) -> Any:
        """The value bound to a name in this module, or MISSING."""
        if name in self.vars:
            return self.vars[name]
        replaced = self.ev.library.boundary(self.ev, self.name, name)
        if replaced is not MISSING:
            self.vars[name] = replaced
            return replaced
        try:
            self._run_for(name)
        except StaleIndexError:
            self._run_for(name)
        return self.vars[name] if name in self.vars else self._starred(name)

    def row(self, name: str, key: str) -> Any:
        """``name[key]`` of a module's table, or MISSING. The other rows are left alone where nothing but
        one written-out dict makes the table.
        """
        entries = self.program.index.get(name, ())
        try:
            rows = _rows(self.program, entries[0]) if len(entries) == 1 and name not in self.vars else None
        except StaleIndexError:
            rows = None
        if rows is None:
            found = self.resolve(name)
            return found.get(key, MISSING) if isinstance(found, dict) else MISSING
        if key not in rows:
            return MISSING
        value = self.rows.get((name, key), MISSING)
        if value is MISSING:
            value = self.rows[name, key] = self._inside(rows[key])
        return value

    def _run_for(self, name: str) -> None:
        """Run what may bind a name. A statement that fails is noted, unless the name stays unbound
        because of it: whoever looks for it meets the failure, not the first one alone.
        """
        failure: Raised | None = None
        for entry in self.program.index.get(name, ()):
            if entry in self.failed:
                failure = failure or Raised(self.failed[entry].value)
            try:
                self._run_all([entry])
            except Raised as error:
                failure = failure or error
                self.failed[entry] = error
                self.ev.note(self.ev.unknown(f"the top level of {self.label} raises {describe(error)}"))
        if failure is not None and name not in self.vars:
            raise failure

    def _starred(self, name: str) -> Any:
        """A name that ``from module import *`` brings."""
        self._run_all(self.program.index.get("*", ()))
        for module, level in self.stars:
            space = self.ev.import_target(self, module, level)
            found = MISSING
            if isinstance(space, Namespace):
                found = space.attribute(name) if space is not self else MISSING
            elif isinstance(space, External) and name[:1] != "_":
                known = self.ev.external(f"{space.path}.{name}")
                found = MISSING if isinstance(known, External) else known
                self.outside = [*(one for one in self.outside if one != space.path), space.path]
            if found is not MISSING:
                self.vars[name] = found
                return found
        return MISSING

    def _run_all(self, entries: Any) -> None:
        for entry in entries:
            if entry not in self.done:
                self.done.add(entry)
                self._run(entry)

    def _run(self, entry: Entry) -> None:
        if entry.compiled is None and entry.imported is None:
            table = self.program.table(entry)
            if table is not None:
                self.ev.budget.charge(len(table))
                self.vars[entry.names[0]] = table
                return
            from .statements import statements

            entry.compiled = statements(self.program.statements(entry), Scope("module"))
        self._inside(self._importing(entry.names[0], entry.imported) if entry.imported else entry.run)

    def _importing(self, alias: str, one: Imported) -> Closure:
        def run(f: Frame) -> None:
            f.line = one.line
            f.vars[alias] = self.ev.import_name(f, one.module, one.level, one.name, False)

        return run

    def _inside(self, work: Closure) -> Any:
        """Do something at the module's own level, wherever the reading is: also in an arm of a branch."""
        ev = self.ev
        before, ev.frame = ev.frame, self.frame
        line, names = self.frame.line, self.frame.vars
        self.frame.vars = self.vars
        ev.budget.enter()
        try:
            return work(self.frame)
        finally:
            ev.budget.depth -= 1
            ev.frame = before
            self.frame.line, self.frame.vars = line, names


def _rows(program: Program, entry: Entry) -> dict[str, Closure] | None:
    if entry.rows is None and entry.compiled is None and entry.text:
        from .expressions import expression

        body = program.statements(entry)
        value = body[0].value if len(body) == 1 and isinstance(body[0], ast.Assign) else None
        if isinstance(value, ast.Dict):
            keys = [str(one.value) for one in value.keys if _is_text(one)]  # type: ignore[union-attr]
            if len(keys) == len(value.keys):
                rows = [expression(one, Scope("module")) for one in value.values]
                entry.rows = dict(zip(keys, rows, strict=True))
    return entry.rows


def _is_text(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
