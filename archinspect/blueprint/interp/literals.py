"""Displays, f-strings and yields compiled to closures."""

from __future__ import annotations

import ast
from collections.abc import Callable

from archinspect.hints import Any

from .expressions import expression, table
from .frame import Frame
from .function_code import Closure
from .scope import Scope
from .values import Unknown


def _sequence(kind: Callable[[list[Any]], Any]) -> Callable[[Any, Scope], Closure]:
    def make(node: Any, scope: Scope) -> Closure:
        if not any(isinstance(one, ast.Starred) for one in node.elts):
            parts = [expression(one, scope) for one in node.elts]
            return lambda f: kind([one(f) for one in parts])
        starred = [
            (
                isinstance(one, ast.Starred),
                expression(one.value if isinstance(one, ast.Starred) else one, scope),
            )
            for one in node.elts
        ]

        def run(f: Frame) -> Any:
            given, unknown = f.ev.spread(f, starred)
            return unknown if unknown is not None else kind(given)

        return run

    return make


def _set(node: ast.Set, scope: Scope) -> Closure:
    parts = [expression(one, scope) for one in node.elts]
    return lambda f: f.ev.make_set([one(f) for one in parts])


def _dict(node: ast.Dict, scope: Scope) -> Closure:
    pairs = [
        (expression(key, scope) if key is not None else None, expression(value, scope))
        for key, value in zip(node.keys, node.values, strict=True)
    ]

    def run(f: Frame) -> Any:
        made: dict[Any, Any] = {}
        for key, value in pairs:
            if key is not None:
                made[f.ev.hashable(key(f))] = value(f)
                continue
            more = f.ev.as_dict(value(f))
            if isinstance(more, Unknown):
                return more
            made.update(more)
        return made

    return run


def _joined(node: ast.JoinedStr, scope: Scope) -> Closure:
    parts: list[Any] = []
    for one in node.values:
        if isinstance(one, ast.FormattedValue):
            spec = expression(one.format_spec, scope) if one.format_spec is not None else None
            parts.append((expression(one.value, scope), one.conversion, spec))
        else:
            parts.append(one.value)  # type: ignore[attr-defined]
    return lambda f: f.ev.join_text(f, parts)


def _yield(node: ast.Yield, scope: Scope) -> Closure:
    value = expression(node.value, scope) if node.value is not None else None

    def run(f: Frame) -> None:
        f.ev.yielded(f, value(f) if value is not None else None)

    return run


def _yield_from(node: ast.YieldFrom, scope: Scope) -> Closure:
    value = expression(node.value, scope)

    def run(f: Frame) -> None:
        for one in f.ev.iterate(value(f)):
            f.ev.yielded(f, one)

    return run


table().update(
    {
        ast.List: _sequence(list),
        ast.Tuple: _sequence(tuple),
        ast.Set: _set,
        ast.Dict: _dict,
        ast.JoinedStr: _joined,
        ast.Yield: _yield,
        ast.YieldFrom: _yield_from,
    }
)
