"""Which names a function's body binds, so that look-ups can be decided when it is compiled."""

from __future__ import annotations

import ast


class Scope:
    """A function, class or module body during compilation."""

    __slots__ = ("generator", "globals", "kind", "locals", "parent", "try_depth")

    def __init__(self, kind: str, parent: Scope | None = None) -> None:
        """``kind``: ``module``, ``class`` or ``function``."""
        self.kind = kind
        self.parent = parent
        self.locals: set[str] = set()
        self.globals: set[str] = set()
        self.generator = False
        self.try_depth = 0

    def resolve(self, name: str) -> tuple[str, int]:
        """Where a name is found: (``local``, 0), (``outer``, frames up), (``body``, 0) or (``global``, 0)."""
        if self.kind == "function" and name in self.locals:
            return "local", 0
        if name in self.globals:
            return "global", 0
        up = 0
        scope = self.parent
        while scope is not None:
            if scope.kind == "function":
                up += 1
                if name in scope.locals:
                    return "outer", up
                if name in scope.globals:
                    break
            scope = scope.parent
        return ("body" if self.kind == "class" else "global"), 0


def function_scope(parent: Scope, arguments: ast.arguments, body: list[ast.stmt] | ast.expr) -> Scope:
    """The scope of a function or lambda, with every name it binds."""
    scope = Scope("function", parent)
    for one in arguments.posonlyargs + arguments.args + arguments.kwonlyargs:
        scope.locals.add(one.arg)
    for extra in (arguments.vararg, arguments.kwarg):
        if extra is not None:
            scope.locals.add(extra.arg)
    todo: list[ast.AST] = list(body) if isinstance(body, list) else [body]
    nonlocals: set[str] = set()
    while todo:
        _visit(todo.pop(), scope, nonlocals, todo)
    scope.locals -= nonlocals | scope.globals
    return scope


def _visit(node: ast.AST, scope: Scope, nonlocals: set[str], todo: list[ast.AST]) -> None:
    kind = type(node)
    if kind is ast.Name:
        if not isinstance(node.ctx, ast.Load):  # type: ignore[attr-defined]
            scope.locals.add(node.id)  # type: ignore[attr-defined]
        return
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        scope.locals.add(node.name)
        todo.extend(node.decorator_list)
        return
    if kind is ast.Lambda or kind is ast.Constant:
        return
    if isinstance(node, ast.Global):
        scope.globals.update(node.names)
    elif isinstance(node, ast.Nonlocal):
        nonlocals.update(node.names)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        scope.locals.update((one.asname or one.name).split(".")[0] for one in node.names)
    elif (isinstance(node, ast.ExceptHandler) and node.name) or (
        isinstance(node, ast.MatchAs | ast.MatchStar) and node.name
    ):
        scope.locals.add(node.name)
    elif isinstance(node, ast.Yield | ast.YieldFrom):
        scope.generator = True
    todo.extend(ast.iter_child_nodes(node))
