"""A published release's text cut at its top-level statements, each of which is parsed when it is needed.

A modelling file defines dozens of classes of which a model uses a few, and files such as
``configuration_utils`` are mostly methods that no reading calls. Untrusted source is never cut (``whole``):
text inside a string could pass for a statement.
"""

from __future__ import annotations

import ast
import contextlib
import re

from archinspect.hints import Any

from .function_code import Closure
from .skeleton import LONG, parse_class, parse_function

# A statement at the left edge. From the line break on: a search for a fixed character is much faster.
_START = re.compile(r"\n(?=[^\s#)\]}'\"])(?!(?:else|elif|except|finally)\b)")
_DEFINITION = re.compile(r"(?:class|def|async\s+def)\s+([A-Za-z_]\w*)")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)\s*(?::[^=\n]+)?(?:=(?!=)|\+=|\|=)")
_ON_NAME = re.compile(r"([A-Za-z_]\w*)\s*[.\[]")
_OPENING = re.compile(r"(?:\s|#[^\n]*\n)*[rR]?(\"\"\"|\'\'\')")
_WORD = re.compile(r"[A-Za-z_]\w*")
_COMPOUND = ("if ", "if(", "try", "with ", "for ", "while ")
_COMMENT = re.compile(r"#[^\n]*")
_FROM = re.compile(r"from +(\.*)((?:[A-Za-z_][\w.]*)?) *import *(\([^\\;()]+\)|[^\\;()]+)")
_ALIASED = re.compile(r"\s*([A-Za-z_]\w*)(?:\s+as\s+([A-Za-z_]\w*))?\s*")


class Entry:
    """One top-level statement: the names it binds or changes, and where its text stands."""

    __slots__ = ("compiled", "end", "head", "imported", "kind", "line", "names", "rows", "source", "start")

    def __init__(
        self,
        names: tuple[str, ...],
        source: str = "",
        start: int = 0,
        head: int = 0,
        end: int = 0,
        line: int = 0,
    ) -> None:
        """``names``: a look-up of any of them runs the statement, ``source[start:end]`` from a line of the
        file on; after its decorators from ``head`` on.
        """
        self.names = names
        self.source = source
        self.start, self.head, self.end = start, head, end
        self.line = line
        self.kind = ""
        """``defines`` or ``assigns`` the one name; empty for any other statement."""
        self.imported: Imported | None = None
        self.compiled: list[Closure] | None = None
        self.rows: dict[str, Closure] | None = None
        """When it assigns a dict whose keys are written out: each value, compiled."""

    @property
    def text(self) -> str:
        """What assigns, as written; nothing for other statements."""
        return self.source[self.head : self.end] if self.kind == "assigns" else ""

    def parse(self) -> list[ast.stmt]:
        """The syntax tree. Raises SyntaxError or ValueError when the text was cut at a wrong place."""
        source, head, end = self.source, self.head, self.end
        block = source[self.start : end]
        if source.startswith("class ", head):
            with contextlib.suppress(SyntaxError):
                return parse_class(block, self.line)
        if self.kind == "defines" and end - head > LONG and source.startswith("def ", head):
            with contextlib.suppress(SyntaxError, ValueError):
                return parse_function(block, source[head:end], self.names[0], self.line)
        # Blank lines in front keep the line numbers of the file.
        return ast.parse("\n" * (self.line - 1) + block).body

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


def cut(text: str) -> list[Entry]:
    """The entries of a module. Raises SyntaxError when an end cannot be told without parsing the whole."""
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
        quoted = 0
        for one in quotes:
            quoted += text.count(one, start, end)
        if quoted & 1:
            # A text of several lines that begin at the left edge: it goes on to where the next one ends.
            opened, joined = not opened, True
        if opened or decorated:
            continue
        if joined and len(ast.parse(text[position:end]).body) != 1:
            raise SyntaxError("several statements where one was expected")
        found = _imports(text[head:end], line) if text.startswith("from ", head) else None
        entries += [_entry(text, position, head, end, line)] if found is None else found
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


def _entry(source: str, start: int, head: int, end: int, line: int) -> Entry:
    names, kind = _concerned(source, head, end)
    made = Entry(names, source, start, head, end, line)
    made.kind = kind
    return made


def _concerned(source: str, head: int, end: int) -> tuple[tuple[str, ...], str]:
    """The names that a statement binds or changes, and its kind."""
    definition = _DEFINITION.match(source, head, end)
    if definition:
        return (definition.group(1),), "defines"
    statement = source[head:end]
    if statement.startswith(("from ", "import ")):
        return _imported(statement), ""
    assigned = _ASSIGNMENT.match(statement)
    if assigned:
        return (assigned.group(1),), "assigns"
    changed = _ON_NAME.match(statement)
    if changed and not statement.startswith(_COMPOUND):
        return (changed.group(1),), ""
    # A conditional or a loop: it may bind or change any name it mentions.
    return tuple(dict.fromkeys(_WORD.findall(statement))), ""


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
        entry = Entry((alias or name,))
        entry.imported = imported
        entries.append(entry)
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
