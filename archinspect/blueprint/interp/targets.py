"""Assignment targets compiled to closures ``store(frame, value)``, deletions, and comprehensions."""

from __future__ import annotations

import ast
from collections.abc import Callable

from archinspect.hints import Any

from . import literals as _literals  # noqa: F401 - adds its node types to the table
from .expressions import expression, table
from .frame import Frame
from .function_code import Closure
from .scope import Scope
from .values import Unknown

Store = Callable[[Frame, Any], None]


def target(node: ast.expr, scope: Scope) -> Store:
    """Compile one assignment target."""
    if isinstance(node, ast.Name):
        return _name(node.id, scope)
    line = node.lineno
    if isinstance(node, ast.Attribute):
        value, name = expression(node.value, scope), node.attr

        def set_attribute(f: Frame, one: Any) -> None:
            owner = value(f)
            f.line = line
            f.ev.setattr(owner, name, one)

        return set_attribute
    if isinstance(node, ast.Subscript):
        value, index = expression(node.value, scope), expression(node.slice, scope)

        def set_item(f: Frame, one: Any) -> None:
            owner, key = value(f), index(f)
            f.line = line
            f.ev.setitem(owner, key, one)

        return set_item
    if isinstance(node, ast.Tuple | ast.List):
        return _unpack(node.elts, scope, line)
    return lambda f, one: None


def _name(name: str, scope: Scope) -> Store:
    where, up = scope.resolve(name)
    if where == "outer":

        def outer(f: Frame, one: Any) -> None:
            frame: Any = f
            for _ in range(up):
                frame = frame.closure
            f.ev.journal_names(frame)
            frame.vars[name] = one

        return outer
    if where == "global" and scope.kind == "function":

        def module(f: Frame, one: Any) -> None:
            f.module.vars[name] = one

        return module

    def local(f: Frame, one: Any) -> None:
        f.vars[name] = one

    return local


def _unpack(elements: list[ast.expr], scope: Scope, line: int) -> Store:
    star = next((i for i, one in enumerate(elements) if isinstance(one, ast.Starred)), None)
    stores = [target(one.value if isinstance(one, ast.Starred) else one, scope) for one in elements]
    count = len(stores)

    def run(f: Frame, value: Any) -> None:
        f.line = line
        if isinstance(value, Unknown):
            for store in stores:
                store(f, value)
            return
        parts = f.ev.unpack(value, count if star is None else None)
        if isinstance(parts, Unknown):
            parts = [parts] * count
        elif star is not None:
            tail = count - star - 1
            end = len(parts) - tail
            parts = [*parts[:star], parts[star:end], *parts[end:]]
        for store, one in zip(stores, parts, strict=True):
            store(f, one)

    return run


def deletion(node: ast.expr, scope: Scope) -> Closure:
    """Compile ``del target``."""
    if isinstance(node, ast.Name):
        name = node.id
        return lambda f: f.vars.pop(name, None)
    if isinstance(node, ast.Attribute):
        value, attr = expression(node.value, scope), node.attr
        return lambda f: f.ev.delattr(value(f), attr)
    if isinstance(node, ast.Subscript):
        value, index = expression(node.value, scope), expression(node.slice, scope)
        return lambda f: f.ev.delitem(value(f), index(f))
    return lambda f: None


def _clauses(generators: list[ast.comprehension], scope: Scope) -> list[tuple[Closure, Store, list[Closure]]]:
    return [
        (
            expression(one.iter, scope),
            target(one.target, scope),
            [expression(test, scope) for test in one.ifs],
        )
        for one in generators
    ]


def _run_clauses(f: Frame, clauses: list[Any], depth: int, emit: Callable[[Frame], None]) -> Unknown | None:
    source, store, tests = clauses[depth]
    lost: Unknown | None = None
    tick = f.ev.budget.tick
    for one in f.ev.iterate(source(f)):
        tick()
        store(f, one)
        keep: bool | None = True
        for test in tests:
            keep = f.ev.truth(test(f))
            if not keep:
                break
        if keep is None:
            lost = f.ev.unknown("a comprehension's condition is unknown")
        elif keep:
            if depth + 1 < len(clauses):
                lost = _run_clauses(f, clauses, depth + 1, emit) or lost
            else:
                emit(f)
    return lost


def _names_of(generators: list[ast.comprehension]) -> list[str]:
    return [one.id for gen in generators for one in ast.walk(gen.target) if isinstance(one, ast.Name)]


def _comprehend(
    f: Frame, names: list[str], clauses: list[Any], emit: Callable[[Frame], None]
) -> Unknown | None:
    kept = {name: f.vars[name] for name in names if name in f.vars}
    try:
        return _run_clauses(f, clauses, 0, emit)
    finally:
        for name in names:
            f.vars.pop(name, None)
        f.vars.update(kept)


def _list_like(kind: str) -> Callable[[Any, Scope], Closure]:
    def make(node: Any, scope: Scope) -> Closure:
        clauses, value, names = (
            _clauses(node.generators, scope),
            expression(node.elt, scope),
            _names_of(node.generators),
        )

        def run(f: Frame) -> Any:
            made: list[Any] = []
            limit = f.ev.budget.limits.length

            def emit(frame: Frame) -> None:
                made.append(value(frame))
                if len(made) > limit:
                    frame.ev.budget.charge(len(made))

            lost = _comprehend(f, names, clauses, emit)
            if lost is not None:
                return lost
            return f.ev.make_set(made) if kind == "set" else made

        return run

    return make


def _dict_comprehension(node: ast.DictComp, scope: Scope) -> Closure:
    clauses, names = _clauses(node.generators, scope), _names_of(node.generators)
    key, value = expression(node.key, scope), expression(node.value, scope)

    def run(f: Frame) -> Any:
        made: dict[Any, Any] = {}

        def emit(frame: Frame) -> None:
            made[frame.ev.hashable(key(frame))] = value(frame)

        lost = _comprehend(f, names, clauses, emit)
        return made if lost is None else lost

    return run


table().update(
    {
        ast.ListComp: _list_like("list"),
        ast.GeneratorExp: _list_like("list"),
        ast.SetComp: _list_like("set"),
        ast.DictComp: _dict_comprehension,
    }
)
