"""Classes of a published release parsed without the bodies of their methods, which follow when first called.

Most methods of a library class are never called by a reading; their text is most of the file.
"""

from __future__ import annotations

import ast
import re

# From the line break on: a search for a fixed character is much faster than one for a line's start.
_METHOD = re.compile(r"\n(?=    (?:async )?def \w+\()")
_SIGNATURE_END = re.compile(r":[ \t]*(?:#[^\n]*)?$")
# What starts at a class's own level or above ends a method.
_NEXT = re.compile(r"\n(?=(?:    )?[^\s#)\]}])")
_LAZY = "_archinspect_body"
SHORT = 6
"""Bodies of fewer lines are not worth a second parse."""


def parse_class(block: str, line: int) -> list[ast.stmt]:
    """The class statement of a block that starts at a line of its file. Raises SyntaxError when it
    cannot be cut.
    """
    lines = block.split("\n")
    bodies: dict[int, str] = {}
    first = counted = 0
    for match in _METHOD.finditer(block):
        first += block.count("\n", counted, match.end())
        counted = match.end()
        following = _NEXT.search(block, match.end())
        last = first + block.count("\n", counted, following.end()) if following else len(lines)
        colon = next((i for i in range(first, last) if _SIGNATURE_END.search(lines[i])), None)
        if colon is None or last - colon < SHORT:
            continue
        bodies[line + first] = "\n".join(lines[first:last])
        lines[colon] = (
            lines[colon].rstrip() if "#" not in lines[colon] else lines[colon].partition("#")[0].rstrip()
        )
        lines[colon] += " ..."
        lines[colon + 1 : last] = [""] * (last - colon - 1)
    tree = ast.parse("\n" * (line - 1) + "\n".join(lines)).body
    for node in tree:
        for inner in getattr(node, "body", ()):
            if isinstance(inner, ast.FunctionDef) and inner.lineno in bodies:
                setattr(inner, _LAZY, (bodies.pop(inner.lineno), inner.lineno))
    if bodies:
        raise SyntaxError("a method was cut at the wrong place")
    return tree


def body_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
    """A function's statements, parsed now if they were left out."""
    lazy = getattr(node, _LAZY, None)
    if lazy is None:
        return node.body
    text, line = lazy
    holder = ast.parse("\n" * (line - 2) + "if 1:\n" + text).body[0]
    assert isinstance(holder, ast.If)
    found = holder.body[0]
    assert isinstance(found, ast.FunctionDef)
    return found.body
