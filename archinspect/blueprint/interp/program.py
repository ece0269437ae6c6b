"""Modules as lists of top-level entries that are parsed, compiled and run only when a name of theirs is
needed.

A modelling file defines dozens of classes of which a model uses a few, and files such as
``configuration_utils`` are
mostly methods that no reading calls. So the text of a published release is cut at its top-level
statements and each is
parsed on demand. Untrusted source is always parsed whole: text inside a string could otherwise pass for a
statement.
"""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Callable
from functools import cached_property

from archinspect.errors import BlueprintError
from archinspect.hints import Any

from .literal_tables import literal_table
from .skeleton import LONG, parse_class, parse_function

Closure = Callable[[Any], Any]
# A statement at the left edge. From the line break on: a search for a fixed character is much faster.
_START = re.compile(r"\n(?![\s#)\]}'\"]|else\b|elif\b|except\b|finally\b)(?=\S)")
_DEFINITION = re.compile(r"(?:class|def|async\s+def)\s+([A-Za-z_]\w*)")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)\s*(?::[^=\n]+)?(?:=(?!=)|\+=|\|=)")
_ON_NAME = re.compile(r"([A-Za-z_]\w*)\s*[.\[]")
_OPENING = re.compile(r"(?:\s|#[^\n]*\n)*[rR]?(\"\"\"|\'\'\')")
_WORD = re.compile(r"[A-Za-z_]\w*")
_COMPOUND = ("if ", "if(", "try", "with ", "for ", "while ")
_COMMENT = re.compile(r"#[^\n]*")
_FROM = re.compile(r"from +(\.*)((?:[A-Za-z_][\w.]*)?) *import *(\([^\\;()]+\)|[^\\;()]+)")
_ALIASED = re.compile(r"\s*([A-Za-z_]\w*)(?:\s+as\s+([A-Za-z_]\w*))?\s*")


class FunctionCode:
    """A compiled function: how arguments bind, which names are local, and its body (compiled at the
    first call).
    """

    __slots__ = (
        "all_params",
        "body",
        "evaluated_defaults",
        "find",
        "generator",
        "kwarg",
        "kwonly",
        "line",
        "load_body",
        "name",
        "params",
        "statements",
        "text",
        "vararg",
    )

    def __init__(self, name: str, line: int) -> None:
        """A function of which no more is known yet."""
        self.name = name
        self.line = line
        self.body: list[Closure] | None = None
        self.statements: list[ast.stmt] | None = None
        """The syntax tree of a constructor's body, once it is parsed; None for other functions."""
        self.generator = False
        self.text: str | None = None
        """As written, for what is parsed when it is called."""
        self.find: Callable[[FunctionCode], None]
        self.evaluated_defaults: Callable[[Any], tuple[tuple[Any, ...], dict[str, Any]]]

    def define(self, arguments: ast.arguments, load_body: Callable[[], list[Closure]]) -> FunctionCode:
        """``load_body`` compiles the statements; it is called once."""
        self.params = [one.arg for one in arguments.posonlyargs + arguments.args]
        self.kwonly = [one.arg for one in arguments.kwonlyargs]
        self.all_params = frozenset(self.params + self.kwonly)
        self.vararg = arguments.vararg.arg if arguments.vararg else None
        self.kwarg = arguments.kwarg.arg if arguments.kwarg else None
        self.load_body = load_body
        return self

    @classmethod
    def late(cls, name: str, line: int, find: Callable[[FunctionCode], None]) -> FunctionCode:
        """A method of which more is found out when something asks: ``find`` defines the code."""
        made = cls(name, line)
        made.find = find
        return made

    def __getattr__(self, name: str) -> Any:
        if name not in _LATE:
            raise AttributeError(name)
        self.find(self)
        return getattr(self, name)

    def load(self) -> list[Closure]:
        """The compiled body; its syntax tree is let go."""
        body = self.body = self.load_body()
        self.load_body = list
        return body


_LATE = frozenset(("all_params", "evaluated_defaults", "kwarg", "kwonly", "load_body", "params", "vararg"))


class Entry:
    """One top-level statement: the names it binds or changes and how to get its syntax tree."""

    __slots__ = ("compiled", "imported", "names", "parse", "rows", "text")

    def __init__(
        self,
        names: tuple[str, ...],
        parse: Callable[[], list[ast.stmt]],
        text: str = "",
        imported: Imported | None = None,
    ) -> None:
        """``names``: a look-up of any of them runs the statement. ``text``: what assigns, as written."""
        self.names = names
        self.parse = parse
        self.text = text
        self.imported = imported
        self.compiled: list[Closure] | None = None
        self.rows: dict[str, Closure] | None = None
        """When it assigns a dict whose keys are written out: each value, compiled."""

    def run(self, frame: Any) -> None:
        """Run what was compiled."""
        for one in self.compiled or ():
            one(frame)


class Imported:
    """One name of a ``from module import name, other``: the others are left alone until they are needed."""

    __slots__ = ("level", "line", "module", "name")

    def __init__(self, module: str, level: int, name: str, line: int) -> None:
        """``level``: how many dots stand in front of the module."""
        self.module = module
        self.level = level
        self.name = name
        self.line = line


class Program:
    """A module's entries and which of them concern a name."""

    def __init__(self, module: str, label: str, package: bool, text: str, *, trusted: bool) -> None:
        """Raises BlueprintError when untrusted text is not Python that can be parsed."""
        self.module = module
        self.label = label
        self.package = package
        self.text = text
        if not trusted:
            self.index = _indexed(_whole(text, label))

    @cached_property
    def index(self) -> dict[str, list[Entry]]:
        """The entries that concern each name. A release's text is cut when a first name is looked up."""
        try:
            return _indexed(_cut(self.text))
        except (SyntaxError, ValueError):
            return _indexed(_whole(self.text, self.label))

    def statements(self, entry: Entry) -> list[ast.stmt]:
        """An entry's syntax tree. Falls back to the whole file's when the cut was wrong (raises
        BlueprintError then).
        """
        try:
            return entry.parse()
        except (SyntaxError, ValueError):
            self.index = _indexed(_whole(self.text, self.label))
            raise StaleIndexError from None

    def table(self, entry: Entry) -> dict[str, Any] | None:
        """What an entry binds when it is a plain table of names; None when it has to be parsed."""
        if "OrderedDict" not in entry.text or "from collections import OrderedDict" not in self.text:
            return None
        return literal_table(entry.text)


class StaleIndexError(Exception):
    """The module's entries were replaced while one was being used: look the name up again."""


def _indexed(entries: list[Entry]) -> dict[str, list[Entry]]:
    index: dict[str, list[Entry]] = {}
    for entry in entries:
        for name in entry.names:
            index.setdefault(name, []).append(entry)
    return index


def _cut(text: str) -> list[Entry]:
    """Raises SyntaxError when a statement's end cannot be told without parsing the whole."""
    begin = _after_docstring(text)
    starts = [match.end() for match in _START.finditer(text, begin)]
    if begin == 0 and _START.match("\n" + text[:8]):
        starts.insert(0, 0)
    entries: list[Entry] = []
    quotes = [one for one in ('"""', "'''") if one in text]
    line, counted = 1, 0
    position = head = -1
    opened = joined = decorated = False
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        if position < 0:
            line += text.count("\n", counted, start)
            position = counted = start
            joined = False
        if not opened:
            head, decorated = start, text[start] == "@"
        if sum(text.count(one, start, end) for one in quotes) & 1:
            # A text of several lines that begin at the left edge: it goes on to where the next one ends.
            opened, joined = not opened, True
        if opened or decorated:
            continue
        block, statement = text[position:end], text[head:end]
        if joined and len(ast.parse(block).body) != 1:
            raise SyntaxError("several statements where one was expected")
        found = _imports(statement, line) if statement.startswith("from ") else None
        entries += [_entry(block, statement, line)] if found is None else found
        position = -1
    if opened:
        raise SyntaxError("a text that does not end")
    return entries


def _after_docstring(text: str) -> int:
    opened = _OPENING.match(text)
    if opened is None:
        return 0
    closed = text.find(opened.group(1), opened.end())
    return closed + 3 if closed >= 0 else 0


def _entry(block: str, statement: str, line: int) -> Entry:
    def parse() -> list[ast.stmt]:
        if statement.startswith("class "):
            with contextlib.suppress(SyntaxError):
                return parse_class(block, line)
        if definition and len(statement) > LONG and statement.startswith("def "):
            with contextlib.suppress(SyntaxError, ValueError):
                return parse_function(block, statement, definition.group(1), line)
        # Blank lines in front keep the line numbers of the file.
        return ast.parse("\n" * (line - 1) + block).body

    definition = _DEFINITION.match(statement)
    if definition:
        return Entry((definition.group(1),), parse)
    if statement.startswith(("from ", "import ")):
        return Entry(_imported(statement), parse)
    assigned = _ASSIGNMENT.match(statement)
    if assigned:
        return Entry((assigned.group(1),), parse, statement)
    changed = _ON_NAME.match(statement)
    if changed and not statement.startswith(_COMPOUND):
        return Entry((changed.group(1),), parse)
    # A conditional or a loop: it may bind or change any name it mentions.
    return Entry(tuple(dict.fromkeys(_WORD.findall(statement))), parse)


def _imports(statement: str, line: int) -> list[Entry] | None:
    """An entry for each name of a plain ``from module import a, b as c``; None for any other form."""
    found = _FROM.fullmatch(_COMMENT.sub("", statement).strip())
    if found is None:
        return None
    dots, module, listed = found.groups()
    entries = []
    for part in listed.strip("()").rstrip().removesuffix(",").split(","):
        one = _ALIASED.fullmatch(part)
        if one is None:
            return None
        name, alias = one.groups()
        imported = Imported(module, len(dots), name, line)
        entries.append(Entry((alias or name,), list, imported=imported))
    return entries


def _imported(statement: str) -> tuple[str, ...]:
    if statement.startswith("import "):
        names = []
        for part in statement[7:].split("#")[0].split(","):
            words = part.split()
            if words:
                names.append(words[2] if len(words) > 2 else words[0].split(".")[0])
        return tuple(names)
    after = _COMMENT.sub("", statement.partition(" import ")[2]).replace("\\\n", " ")
    names = []
    for part in after.strip().strip("()").split(","):
        words = part.split()
        if words:
            names.append(words[2] if len(words) > 2 else words[0])
    return tuple(names)


def _whole(text: str, label: str) -> list[Entry]:
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        detail = error.msg if isinstance(error, SyntaxError) else type(error).__name__
        raise BlueprintError(f"{label}: cannot be parsed ({str(detail)[:200]})") from error
    from .effects import changed_by, registering, tables_of, touched

    effects, tables = changed_by(body), tables_of(body)
    made = []
    for one in body:
        names = (*_bound(one), *touched(one, effects), *registering(one, tables))
        made.append(Entry(tuple(dict.fromkeys(names)), lambda statement=one: [statement]))  # type: ignore[misc]
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
