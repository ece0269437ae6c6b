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
    late: dict[int, LateFunction] = {}
    adjoining: list[LateFunction] = []
    pieces: list[str] = []
    quotes = [one for one in ('"""', "'''") if one in block]
    kept = counted = 0
    first = line
    for match in _METHOD.finditer(block):
        start = match.end()
        first += block.count("\n", counted, start)
        counted = start
        following = _NEXT.search(block, start)
        end = following.end() if following else len(block) + 1
        for one in quotes:
            if block.count(one, start, end) & 1:
                raise SyntaxError("a text goes on where the method seems to end")
        before, made = block[kept:start], LateFunction(match.group(1), block[start : end - 1], first)
        if late and not before.strip():
            adjoining.append(made)  # right after another, without decorators: it needs no stub
            stub = ""
        else:
            late[first] = made
            stub = f"    def {made.name}(): ..."
        # As many lines as the method has, so that what follows keeps its own.
        pieces += [before, stub, "\n" * block.count("\n", start, end)]
        kept = end
    pieces.append(block[kept:])
    tree = ast.parse("\n" * (line - 1) + "".join(pieces)).body
    holder = tree[0] if len(tree) == 1 else None
    if not isinstance(holder, ast.ClassDef) or (late and any(node.col_offset != 4 for node in holder.body)):
        raise SyntaxError("more than a class, or not indented as one")
    holder.body = [_late(node, late) for node in holder.body]
    if late:
        raise SyntaxError("what looked like a method stands inside another statement: in a text")
    if adjoining:
        holder.body = sorted([*holder.body, *adjoining], key=lambda node: node.lineno)
    return tree


def _late(node: ast.stmt, late: dict[int, LateFunction]) -> ast.stmt:
    """The method that a stub stands for, taken out of ``late``; any other statement as it is."""
    if not isinstance(node, ast.FunctionDef) or node.lineno not in late:
        return node
    made = late.pop(node.lineno)
    made.decorators = node.decorator_list
    return made
