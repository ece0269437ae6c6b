"""``try`` and ``with`` compiled to closures."""

from __future__ import annotations

import ast

from archinspect.hints import Any

from .expressions import expression
from .frame import Frame, Signal
from .function_code import Closure
from .scope import Scope
from .targets import target
from .types import SUPPRESS
from .values import Instance, Raised


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

    def attempted(f: Frame) -> Signal:
        try:
            signal = run_block(body, f)
        except Raised as error:
            return handled(f, error)
        return run_block(other, f) if signal is None else signal

    def run(f: Frame) -> Signal:
        try:
            signal = attempted(f)
        except Raised:
            # Leaving by ``return`` or ``break`` in ``finally`` ends the exception.
            leaving = run_block(final, f)
            if leaving is None:
                raise
            return leaving
        leaving = run_block(final, f)
        return signal if leaving is None else leaving

    return run if final else attempted


def with_(node: ast.With, scope: Scope) -> Closure:
    from .statements import run_block, statements

    items = [
        (expression(one.context_expr, scope), target(one.optional_vars, scope) if one.optional_vars else None)
        for one in node.items
    ]
    body = statements(node.body, scope)

    def run(f: Frame) -> Signal:
        quiet: list[Any] = []
        try:
            for value, store in items:
                manager = value(f)
                if type(manager) is Instance and manager.cls is SUPPRESS:
                    quiet.extend(manager.native)
                entered = f.ev.enter_context(manager)
                if store is not None:
                    store(f, entered)
            return run_block(body, f)
        except Raised as error:
            if quiet and f.ev.matches(error.value, quiet):
                return None
            raise

    return run


def raise_(node: ast.Raise, scope: Scope) -> Closure:
    value, line = (expression(node.exc, scope) if node.exc is not None else None), node.lineno

    def run(f: Frame) -> None:
        f.line = line
        raise Raised(f.ev.make_exception(value(f) if value is not None else None))

    return run


def assert_(node: ast.Assert, scope: Scope) -> Closure:
    """What a constructor is sure of: a key that is only asserted about is not read. A forward's sizes are not
    all known, so there an assertion says nothing.
    """
    test, line = expression(node.test, scope), node.lineno
    message = expression(node.msg, scope) if node.msg is not None else None

    def run(f: Frame) -> None:
        if f.ev.trace is not None:
            return
        f.line = line
        quiet, f.ev.quiet = f.ev.quiet, True
        try:
            holds = f.ev.truth(test(f))
        except Raised:
            return
        finally:
            f.ev.quiet = quiet
        if holds is False:
            said = message(f) if message is not None else ""
            raise Raised(f.ev.exception("AssertionError", said if isinstance(said, str) else ""))

    return run
