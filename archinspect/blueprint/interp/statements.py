"""Statements compiled to closures ``run(frame) -> signal`` (None, RETURN, BREAK or CONTINUE)."""

from __future__ import annotations

import ast
from collections.abc import Callable

from archinspect.hints import Any

from .definitions import class_, function, import_, import_from, late_function
from .expressions import expression
from .frame import BREAK, CONTINUE, RETURN, Frame, Signal
from .function_code import Closure
from .handlers import assert_, raise_, try_, with_
from .matching import as_conditions
from .operators import BINARY
from .scope import Scope
from .skeleton import LateFunction
from .targets import deletion, target
from .values import Unknown

_TABLE: dict[type[ast.AST], Callable[[Any, Scope], Closure]] = {}


def statements(body: list[ast.stmt], scope: Scope) -> list[Closure]:
    """Compile a block. Docstrings and ``pass`` leave nothing."""
    made = []
    for node in body:
        if isinstance(node, ast.Pass) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ):
            continue
        if isinstance(node, ast.Match):
            made.extend(statements(as_conditions(node), scope))
            continue
        maker = _TABLE.get(type(node))
        made.append(maker(node, scope) if maker is not None else _unsupported(node, scope))
    return made


def run_block(block: list[Closure], f: Frame) -> Signal:
    """Run a block until a statement leaves it."""
    for one in block:
        signal = one(f)
        if signal is not None:
            return signal  # type: ignore[no-any-return]
    return None


def _unsupported(node: ast.stmt, scope: Scope) -> Closure:
    """What a statement of an unknown kind assigns becomes unknown, a function that it may leave ends in the
    unknown; the rest stands.
    """
    inside = list(ast.walk(node))
    written = [one for one in inside if not isinstance(getattr(one, "ctx", ast.Load()), ast.Load)]
    names = {one.id for one in written if isinstance(one, ast.Name)}
    attributes = [
        (expression(one.value, scope), one.attr)
        for one in written
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name)
    ]
    leaves = any(isinstance(one, ast.Return) for one in inside)
    kind, line = type(node).__name__, node.lineno

    def run(f: Frame) -> Signal:
        f.line = line
        lost = f.ev.unknown(f"the statement {kind}", line)
        f.ev.note(lost)
        for name in names:
            f.vars[name] = lost
        for owner, name in attributes:
            f.ev.setattr(owner(f), name, lost)
        if not leaves:
            return None
        f.ret = lost
        return RETURN

    return run


def _expression(node: ast.Expr, scope: Scope) -> Closure:
    value = expression(node.value, scope)

    def run(f: Frame) -> None:
        value(f)

    return run


def _assign(node: ast.Assign, scope: Scope) -> Closure:
    value, line = expression(node.value, scope), node.lineno
    stores = [target(one, scope) for one in node.targets]
    if len(stores) == 1:
        store = stores[0]

        def single(f: Frame) -> None:
            f.line = line
            store(f, value(f))

        return single

    def several(f: Frame) -> None:
        f.line = line
        one = value(f)
        for store in stores:
            store(f, one)

    return several


def _annotated(node: ast.AnnAssign, scope: Scope) -> Closure:
    value = expression(node.value, scope) if node.value is not None else None
    store = target(node.target, scope)
    name = node.target.id if isinstance(node.target, ast.Name) and scope.kind == "class" else None
    annotation = node.annotation

    def run(f: Frame) -> None:
        f.line = node.lineno
        if name is not None:
            f.vars.setdefault("__annotations__", {})[name] = annotation
        if value is not None:
            store(f, value(f))

    return run


def _augmented(node: ast.AugAssign, scope: Scope) -> Closure:
    load_node = ast.copy_location(_as_load(node.target), node)
    load, value, store = (
        expression(load_node, scope),
        expression(node.value, scope),
        target(node.target, scope),
    )
    operate, line = BINARY[type(node.op)], node.lineno

    def run(f: Frame) -> None:
        f.line = line
        old = load(f)
        one = value(f)
        if isinstance(old, list) and isinstance(node.op, ast.Add):
            f.ev.call(f.ev.getattr(old, "extend"), [one], {})
            store(f, old)
        else:
            store(f, operate(f.ev, old, one))

    return run


def _as_load(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Name):
        return ast.Name(node.id, ast.Load())
    if isinstance(node, ast.Attribute):
        return ast.copy_location(ast.Attribute(node.value, node.attr, ast.Load()), node)
    if isinstance(node, ast.Subscript):
        return ast.copy_location(ast.Subscript(node.value, node.slice, ast.Load()), node)
    return node


def _if(node: ast.If, scope: Scope) -> Closure:
    if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return lambda f: None
    test, line, tries = expression(node.test, scope), node.lineno, scope.try_depth
    arms: list[list[Closure] | None] = [None if node.orelse else [], None]

    def compiled(which: bool) -> list[Closure]:
        """An arm is compiled when it is first taken: most never are."""
        arm = arms[which]
        if arm is None:
            before, scope.try_depth = scope.try_depth, tries
            arm = arms[which] = statements(node.body if which else node.orelse, scope)
            scope.try_depth = before
        return arm

    def run(f: Frame) -> Signal:
        f.line = line
        truth = f.ev.truth(test(f))
        if truth is None:
            return f.ev.fork(f, [compiled(True), compiled(False)])
        for one in compiled(truth):
            signal = one(f)
            if signal is not None:
                return signal  # type: ignore[no-any-return]
        return None

    return run


def _for(node: ast.For, scope: Scope) -> Closure:
    source, store, line = expression(node.iter, scope), target(node.target, scope), node.lineno
    body, other = statements(node.body, scope), statements(node.orelse, scope)

    def run(f: Frame) -> Signal:
        f.line = line
        values = source(f)
        tick = f.ev.budget.tick
        if isinstance(values, Unknown):
            return f.ev.fork(f, [[lambda g: store(g, values), *body], []], loop=True)
        for one in f.ev.iterate(values):
            tick()
            store(f, one)
            signal = run_block(body, f)
            if signal is BREAK:
                return None
            if signal is RETURN:
                return signal
        return run_block(other, f) if other else None

    return run


def _while(node: ast.While, scope: Scope) -> Closure:
    test, body, line = expression(node.test, scope), statements(node.body, scope), node.lineno
    other = statements(node.orelse, scope)

    def run(f: Frame) -> Signal:
        while True:
            f.line = line
            f.ev.budget.tick()
            truth = f.ev.truth(test(f))
            if truth is None:
                return f.ev.fork(f, [body, []], loop=True)
            if not truth:
                return run_block(other, f)
            signal = run_block(body, f)
            if signal is BREAK:
                return None
            if signal is RETURN:
                return signal

    return run


def _return(node: ast.Return, scope: Scope) -> Closure:
    value = expression(node.value, scope) if node.value is not None else None
    line = node.lineno

    def run(f: Frame) -> Signal:
        f.line = line
        f.ret = value(f) if value is not None else None
        return RETURN

    return run


def _delete(node: ast.Delete, scope: Scope) -> Closure:
    parts = [deletion(one, scope) for one in node.targets]

    def run(f: Frame) -> None:
        f.line = node.lineno
        for one in parts:
            one(f)

    return run


def _nothing(node: ast.stmt, scope: Scope) -> Closure:
    return lambda f: None


_TABLE.update(
    {
        ast.Expr: _expression,
        ast.Assign: _assign,
        ast.AnnAssign: _annotated,
        ast.AugAssign: _augmented,
        ast.If: _if,
        ast.For: _for,
        ast.While: _while,
        ast.Return: _return,
        ast.Raise: raise_,
        ast.Try: try_,
        ast.With: with_,
        ast.FunctionDef: function,
        LateFunction: late_function,
        ast.ClassDef: class_,
        ast.Import: import_,
        ast.ImportFrom: import_from,
        ast.Delete: _delete,
        ast.Assert: assert_,
        ast.Global: _nothing,
        ast.Nonlocal: _nothing,
        ast.Break: lambda node, scope: lambda f: BREAK,
        ast.Continue: lambda node, scope: lambda f: CONTINUE,
    }
)
