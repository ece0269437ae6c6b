"""``try`` and ``with`` compiled to closures."""

from __future__ import annotations

import ast

from .expressions import expression
from .frame import Frame, Signal
from .program import Closure
from .scope import Scope
from .targets import target
from .values import Raised


def try_(node: ast.Try, scope: Scope) -> Closure:
    from .statements import run_block, statements

    scope.try_depth += 1
    body = statements(node.body, scope)
    scope.try_depth -= 1
    handlers = [
        (expression(one.type, scope) if one.type is not None else None, one.name, statements(one.body, scope))
        for one in node.handlers
    ]
    other, final = statements(node.orelse, scope), statements(node.finalbody, scope)

    def handled(f: Frame, error: Raised) -> Signal:
        for kind, name, block in handlers:
            if kind is None or f.ev.matches(error.value, kind(f)):
                if name:
                    f.vars[name] = error.value
                return run_block(block, f)
        raise error

    def run(f: Frame) -> Signal:
        try:
            try:
                signal = run_block(body, f)
            except Raised as error:
                signal = handled(f, error)
            else:
                if signal is None:
                    signal = run_block(other, f)
        finally:
            if final:
                run_block(final, f)
        return signal

    return run


def with_(node: ast.With, scope: Scope) -> Closure:
    from .statements import run_block, statements

    items = [
        (expression(one.context_expr, scope), target(one.optional_vars, scope) if one.optional_vars else None)
        for one in node.items
    ]
    body = statements(node.body, scope)

    def run(f: Frame) -> Signal:
        for value, store in items:
            entered = f.ev.enter_context(value(f))
            if store is not None:
                store(f, entered)
        return run_block(body, f)

    return run
