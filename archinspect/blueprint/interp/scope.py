"""Which names a function's body binds, so that look-ups can be decided when it is compiled."""

from __future__ import annotations

import ast

from .matching import SUBJECT


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
        if type(node.ctx) is not ast.Load:  # type: ignore[attr-defined]
            scope.locals.add(node.id)  # type: ignore[attr-defined]
        return
    if kind in _CLOSED:
        return
    if kind in _DEFINITIONS:
        scope.locals.add(node.name)  # type: ignore[attr-defined]
        todo.extend(node.decorator_list)  # type: ignore[attr-defined]
        return
    if kind in _BINDING:
        _bind(node, scope, nonlocals)
    for field in _INNER.get(kind) or kind._fields:
        value = getattr(node, field, None)
        if type(value) is list:
            todo.extend([one for one in value if isinstance(one, ast.AST)])
        elif isinstance(value, ast.AST):
            todo.append(value)


# Where the commonest nodes have others that can bind a name; all fields of any other node are looked at.
_INNER: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Assign: ("value", "targets"),
    ast.Attribute: ("value",),
    ast.BinOp: ("left", "right"),
    ast.BoolOp: ("values",),
    ast.Call: ("func", "args", "keywords"),
    ast.Compare: ("left", "comparators"),
    ast.Expr: ("value",),
    ast.List: ("elts",),
    ast.Subscript: ("value", "slice"),
    ast.Tuple: ("elts",),
    ast.UnaryOp: ("operand",),
    ast.keyword: ("value",),
}
_CLOSED = frozenset({ast.Lambda, ast.Constant, ast.Load, ast.Store, ast.Del})
_DEFINITIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})
_BINDING = frozenset(
    {
        ast.Global,
        ast.Nonlocal,
        ast.Import,
        ast.ImportFrom,
        ast.ExceptHandler,
        ast.Match,
        ast.MatchAs,
        ast.MatchStar,
        ast.MatchMapping,
        ast.Yield,
        ast.YieldFrom,
    }
)


def _bind(node: ast.AST, scope: Scope, nonlocals: set[str]) -> None:
    match node:
        case ast.Global(names):
            scope.globals.update(names)
        case ast.Nonlocal(names):
            nonlocals.update(names)
        case ast.Import(names) | ast.ImportFrom(names=names):
            scope.locals.update((one.asname or one.name).split(".")[0] for one in names)
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            scope.locals.add(name)
        case ast.MatchMapping(rest=str(name)):
            scope.locals.add(name)
        case ast.Match():
            scope.locals.add(SUBJECT)
        case ast.Yield() | ast.YieldFrom():
            scope.generator = True
