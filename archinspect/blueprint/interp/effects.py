"""Which module-level names a function of the module may change: a call at the top level changes them too.

Names of a module are worked out when they are looked up, so ``register(thing)`` at the top level must be
found by whoever looks up the table that ``register`` fills.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def changed_by(body: list[ast.stmt]) -> dict[str, frozenset[str]]:
    """Every function of the module that changes names of the module, to these names."""
    own: dict[str, frozenset[str]] = {}
    calls: dict[str, frozenset[str]] = {}
    for statement in body:
        if isinstance(statement, _Function):
            own[statement.name] = frozenset(_changes(statement))
            calls[statement.name] = frozenset(_called(ast.walk(statement)))
    # A function changes what the functions it calls change; chains longer than this are not registries.
    for _ in range(3):
        own = {
            name: names.union(*(own.get(one, frozenset()) for one in calls[name]))
            for name, names in own.items()
        }
    return {name: names for name, names in own.items() if names}


def _changes(function: _Function) -> Iterator[str]:
    bound = {one.arg for one in ast.walk(function.args) if isinstance(one, ast.arg)}
    free: set[str] = set()
    roots: list[str] = []
    for node in ast.walk(function):
        if isinstance(node, ast.Global):
            free.update(node.names)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            roots.extend(_root(node))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            roots.extend(_root(node.func))
    yield from free
    yield from (name for name in roots if name not in bound)


def _root(node: ast.expr) -> list[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return [node.id] if isinstance(node, ast.Name) else []


def _called(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Call):
            yield from _root(node.func)


def touched(statement: ast.stmt, effects: dict[str, frozenset[str]]) -> tuple[str, ...]:
    """The names that a top-level statement changes by the functions it calls, its decorators included."""
    if isinstance(statement, _Function | ast.ClassDef):
        names = [name for one in statement.decorator_list for name in _root(_plain(one))]
        names += _called(node for one in statement.decorator_list for node in ast.walk(one))
    elif isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign | ast.AugAssign):
        names = list(_called(ast.walk(statement)))
    else:
        return ()
    return tuple(dict.fromkeys(changed for name in names for changed in effects.get(name, ())))


def _plain(decorator: ast.expr) -> ast.expr:
    return decorator.func if isinstance(decorator, ast.Call) else decorator


def registering(statement: ast.stmt, tables: frozenset[str]) -> tuple[str, ...]:
    """The module's own tables that ``@TABLE.register`` on a function or class fills."""
    if not isinstance(statement, _Function | ast.ClassDef):
        return ()
    decorators = (_plain(one) for one in statement.decorator_list)
    roots = (name for one in decorators if not isinstance(one, ast.Name) for name in _root(one))
    return tuple(dict.fromkeys(name for name in roots if name in tables))


def tables_of(body: list[ast.stmt]) -> frozenset[str]:
    """The names that plain assignments at the top level bind."""
    names: set[str] = set()
    for statement in body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        names.update(one.id for one in targets if isinstance(one, ast.Name))
    return frozenset(names)
