"""Classes of a published release parsed without the bodies of their methods, which follow when first called.

Most methods of a library class are never called by a reading; their text is most of the file.
"""

from __future__ import annotations

import ast
import re

_METHOD = re.compile(r"^    (?:async )?def \w+\(", re.MULTILINE)
_SIGNATURE_END = re.compile(r":[ \t]*(?:#[^\n]*)?$")
# What starts at a class's own level or above ends a method.
_NEXT = re.compile(r"^(?:    )?[^\s#)\]}]", re.MULTILINE)
_LAZY = "_archinspect_body"
SHORT = 6
"""Bodies of fewer lines are not worth a second parse."""


def parse_class(block: str, line: int) -> list[ast.stmt]:
    """The class statement of a block that starts at a line of its file. Raises SyntaxError when it
    cannot be cut.
    """
    lines = block.split("\n")
    bodies: dict[int, str] = {}
    for match in _METHOD.finditer(block):
        first = block.count("\n", 0, match.start())
        following = _NEXT.search(block, block.find("\n", match.start()) + 1)
        last = block.count("\n", 0, following.start()) if following else len(lines)
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
