"""Classes and functions of a published release parsed without bodies, which follow when they are needed.

Most methods of a library class are never called by a reading; their text is most of the file.
"""

from __future__ import annotations

import ast
import re

from archinspect.errors import BlueprintError

# From the line break on: a search for a fixed character is much faster than one for a line's start.
_METHOD = re.compile(r"\n(?=    def (\w+)\()")
# What starts at a class's own level or above ends a method.
_NEXT = re.compile(r"\n(?=(?:    )?[^\s#)\]}])")
_DECORATORS = frozenset(("property", "classmethod", "staticmethod"))


LONG = 600
"""Characters of a function that is worth waiting with."""


class LateFunction(ast.stmt):
    """A function or method whose text is not parsed yet."""

    _fields = ()

    def __init__(self, name: str, text: str, line: int) -> None:
        """``line``: of the ``def`` in the file."""
        super().__init__()
        self.name = name
        self.text = text
        self.lineno = line
        self.decorators: list[ast.expr] = []

    def parsed(self) -> ast.FunctionDef:
        """Its syntax tree, without decorators. Raises BlueprintError when it was cut at the wrong place."""
        nested = self.text[:1] == " "
        above = self.lineno - 1 - nested
        try:
            body = ast.parse("\n" * above + ("if 1:\n" if nested else "") + self.text).body
        except SyntaxError:
            body = []
        if nested and len(body) == 1 and isinstance(body[0], ast.If):
            body = body[0].body
        if len(body) != 1 or not isinstance(body[0], ast.FunctionDef):
            raise BlueprintError(f"{self.name}, line {self.lineno}: cannot be parsed by itself")
        return body[0]


class LateMethod(LateFunction):
    """``decorator``: one of Python's own three, ``NAME.setter``, or nothing."""

    def __init__(self, name: str, text: str, line: int, decorator: str) -> None:
        """As of any function."""
        super().__init__(name, text, line)
        self.decorator = decorator


def parse_function(block: str, statement: str, name: str, line: int) -> list[ast.stmt]:
    """The function of a block that starts at a line of its file with the decorators. Raises SyntaxError."""
    head = block[: len(block) - len(statement)]
    made = LateFunction(name, statement, line + head.count("\n"))
    if head:
        (stub,) = ast.parse("\n" * (line - 1) + head + "def stub(): ...").body
        made.decorators = stub.decorator_list if isinstance(stub, ast.FunctionDef) else []
    return [made]


def parse_class(block: str, line: int) -> list[ast.stmt]:
    """The class statement of a block that starts at a line of its file. Raises SyntaxError when it
    cannot be cut.
    """
    lines = block.split("\n")
    late: list[LateMethod] = []
    first = counted = end = 0
    for match in _METHOD.finditer(block):
        first += block.count("\n", counted, match.end())
        counted = match.end()
        following = _NEXT.search(block, match.end())
        last = first + block.count("\n", counted, following.end()) if following else len(lines)
        name, decorator = match.group(1), _decorator(lines, first, end)
        if decorator is None or decorator not in ("", *_DECORATORS, f"{name}.setter"):
            continue
        late.append(LateMethod(name, "\n".join(lines[first:last]), line + first, decorator))
        lines[first:last] = [""] * (last - first)
        end = last
        if decorator:
            lines[first - 1] = ""
    if not late:
        return ast.parse("\n" * (line - 1) + block).body
    # A class of nothing but methods still needs a body.
    tree = ast.parse("\n" * (line - 1) + "\n".join(lines) + "\n    pass\n").body
    holder = tree[0] if len(tree) == 1 else None
    if not isinstance(holder, ast.ClassDef) or any(node.col_offset != 4 for node in holder.body):
        raise SyntaxError("more than a class, or not indented as one")
    holder.body = _in_order(holder.body[:-1], late)
    return tree


def _in_order(kept: list[ast.stmt], late: list[LateMethod]) -> list[ast.stmt]:
    """All statements by line. Raises SyntaxError when what looked like a method stands inside another
    statement: in a string.
    """
    merged = sorted([*kept, *late], key=lambda node: node.lineno)
    end = 0
    for node in merged:
        if node.lineno <= end:
            raise SyntaxError("a method was cut out of another statement")
        end = max(end, node.end_lineno or 0) if not isinstance(node, LateMethod) else end
    return merged


def _decorator(lines: list[str], first: int, end: int) -> str | None:
    """The decorator of the method that starts there, empty for none; None when it is of another kind.

    ``end``: where the last method ended that was taken out.
    """
    near = _above(lines, first, end)
    if near is None or not lines[near].startswith(("    @", "    )")):
        return ""
    further = _above(lines, near, end)
    alone = further is None or not lines[further].startswith(("    @", "    )"))
    plain = lines[near][4] == "@" and alone and near == first - 1
    return lines[near][5:] if plain else None


def _above(lines: list[str], at: int, end: int) -> int | None:
    """The nearest line above that says something, down to ``end``."""
    above = range(at - 1, end - 1, -1)
    return next((i for i in above if lines[i].strip() and not lines[i].lstrip().startswith("#")), None)
