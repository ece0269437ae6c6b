"""``match`` as the ``if`` chain it stands for; a pattern that takes values apart is a condition that is not
known.
"""

from __future__ import annotations

import ast

# Names no source can write: the subject, and the condition of a pattern that is not known.
SUBJECT = "match subject"
PATTERN = "match pattern"


def as_conditions(node: ast.Match) -> list[ast.stmt]:
    """The statements that do what ``match`` does."""
    chain: list[ast.stmt] = []
    for case in reversed(node.cases):
        test, before = _test(case.pattern)
        if case.guard is not None:
            test = ast.BoolOp(ast.And(), [test, case.guard])
        chain = [ast.If(test, [*before, *case.body], chain)]
    subject = ast.Assign([ast.Name(SUBJECT, ast.Store())], node.subject)
    made: list[ast.stmt] = [subject, *chain]
    for one in made:
        _place(one, node)
    return made


def _place(root: ast.AST, origin: ast.stmt) -> None:
    """Give the new nodes a line: that of the statement."""
    for one in ast.walk(root):
        if isinstance(one, ast.expr | ast.stmt) and not hasattr(one, "lineno"):
            one.lineno = one.end_lineno = origin.lineno
            one.col_offset = one.end_col_offset = origin.col_offset


def _read() -> ast.Name:
    return ast.Name(SUBJECT, ast.Load())


def _unknown() -> ast.expr:
    return ast.Call(ast.Name(PATTERN, ast.Load()), [], [])


def _test(pattern: ast.pattern) -> tuple[ast.expr, list[ast.stmt]]:
    """A condition, and what the names a pattern binds become where it holds."""
    if isinstance(pattern, ast.MatchValue):
        return ast.Compare(_read(), [ast.Eq()], [pattern.value]), []
    if isinstance(pattern, ast.MatchSingleton):
        return ast.Compare(_read(), [ast.Is()], [ast.Constant(pattern.value)]), []
    if isinstance(pattern, ast.MatchOr):
        parts = [_test(one) for one in pattern.patterns]
        return ast.BoolOp(ast.Or(), [one[0] for one in parts]), [two for one in parts for two in one[1]]
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
        if pattern.name is None:
            return ast.Constant(True), []
        # Bound in the condition itself, so that a guard sees it.
        bound = ast.NamedExpr(ast.Name(pattern.name, ast.Store()), _read())
        return ast.BoolOp(ast.Or(), [ast.Compare(bound, [ast.Is()], [_read()]), ast.Constant(True)]), []
    names = [
        name
        for one in ast.walk(pattern)
        if isinstance(name := getattr(one, "name", None) or getattr(one, "rest", None), str)
    ]
    return _unknown(), [ast.Assign([ast.Name(one, ast.Store())], _unknown()) for one in names]
