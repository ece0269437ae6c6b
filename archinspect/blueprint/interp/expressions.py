"""Expressions compiled to closures ``run(frame) -> value``."""

from __future__ import annotations

import ast
from collections.abc import Callable

from archinspect.hints import Any

from .attributes import RULES
from .comparisons import ORDER, compare_chain, may_measure, measured
from .frame import Frame
from .function_code import Closure, FunctionCode
from .operators import BINARY, unary
from .scope import Scope, function_scope
from .values import MISSING, FunctionValue

_TABLE: dict[type[ast.AST], Callable[[Any, Scope], Closure]] = {}


def expression(node: ast.expr, scope: Scope) -> Closure:
    """Compile one expression."""
    maker = _TABLE.get(type(node))
    if maker is None:
        name, line = type(node).__name__, node.lineno
        return lambda f: f.ev.unknown(f"the construct {name}", line)
    return maker(node, scope)


def _constant(node: ast.Constant, _: Scope) -> Closure:
    value = node.value
    if isinstance(value, complex):
        return lambda f: f.ev.unknown("a complex number", node.lineno)
    return lambda f: value


def _name(node: ast.Name, scope: Scope) -> Closure:
    name = node.id
    where, up = scope.resolve(name)
    if where == "local":

        def local(f: Frame) -> Any:
            try:
                return f.vars[name]
            except KeyError:
                return f.ev.unbound(name)

        return local
    if where == "outer":

        def outer(f: Frame) -> Any:
            frame: Any = f
            for _ in range(up):
                frame = frame.closure
            try:
                return frame.vars[name]
            except KeyError:
                return f.ev.unbound(name)

        return outer

    def anywhere(f: Frame) -> Any:
        names = f.module.vars
        if name in names:
            return names[name]
        return f.module.lookup(name)

    if where == "body":
        return lambda f: f.vars[name] if name in f.vars else anywhere(f)
    return anywhere


def _attribute(node: ast.Attribute, scope: Scope) -> Closure:
    value, name, line = expression(node.value, scope), node.attr, node.lineno

    def run(f: Frame) -> Any:
        one = value(f)
        f.line = line
        rule = RULES.get(type(one))
        found = rule(f.ev, one, name) if rule is not None else MISSING
        return found if found is not MISSING else f.ev.getattr(one, name)

    return run


def _subscript(node: ast.Subscript, scope: Scope) -> Closure:
    value, index, line = expression(node.value, scope), expression(node.slice, scope), node.lineno

    def run(f: Frame) -> Any:
        one, key = value(f), index(f)
        f.line = line
        return f.ev.getitem(one, key)

    return run


def _slice(node: ast.Slice, scope: Scope) -> Closure:
    parts = [
        expression(one, scope) if one is not None else None for one in (node.lower, node.upper, node.step)
    ]
    return lambda f: slice(*(one(f) if one is not None else None for one in parts))


def _call(node: ast.Call, scope: Scope) -> Closure:
    line = node.lineno
    if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args:
        return lambda f: f.ev.make_super(f)
    func = expression(node.func, scope)
    simple = not any(isinstance(one, ast.Starred) for one in node.args) and all(k.arg for k in node.keywords)
    args = [expression(one, scope) for one in node.args if not isinstance(one, ast.Starred)]
    if simple:
        pairs = [(str(k.arg), expression(k.value, scope)) for k in node.keywords]

        def run(f: Frame) -> Any:
            callee = func(f)
            given = [one(f) for one in args]
            named = {name: one(f) for name, one in pairs} if pairs else {}
            f.line = line
            return f.ev.call(callee, given, named)

        return run
    positional = [
        (isinstance(one, ast.Starred), expression(one.value if isinstance(one, ast.Starred) else one, scope))
        for one in node.args
    ]
    keywords = [(k.arg, expression(k.value, scope)) for k in node.keywords]

    def run_starred(f: Frame) -> Any:
        callee = func(f)
        given, unknown = f.ev.spread(f, positional)
        named, lost = f.ev.spread_keywords(f, keywords)
        f.line = line
        why = unknown if unknown is not None else lost
        if why is not None:
            return f.ev.call_unknown_arguments(callee, why)
        return f.ev.call(callee, given, named)

    return run_starred


def _binary(node: ast.BinOp, scope: Scope) -> Closure:
    left, right, line = expression(node.left, scope), expression(node.right, scope), node.lineno
    operate = BINARY[type(node.op)]

    def run(f: Frame) -> Any:
        a, b = left(f), right(f)
        f.line = line
        return operate(f.ev, a, b)

    return run


def _unary(node: ast.UnaryOp, scope: Scope) -> Closure:
    value, kind = expression(node.operand, scope), type(node.op)
    return lambda f: unary(f.ev, kind, value(f))


def _boolean(node: ast.BoolOp, scope: Scope) -> Closure:
    parts = [expression(one, scope) for one in node.values]
    stop = isinstance(node.op, ast.Or)

    def run(f: Frame) -> Any:
        found: Any = None
        for one in parts[:-1]:
            value = one(f)
            truth = f.ev.truth(value)
            if truth is stop:
                return value if found is None else f.ev.merge([found, value])
            if truth is None:
                found = value if found is None else f.ev.merge([found, value])
        last = parts[-1](f)
        if found is None:
            return last
        return f.ev.join_boolean(found, last, stop)

    return run


def _compare(node: ast.Compare, scope: Scope) -> Closure:
    first = expression(node.left, scope)
    rest = [(type(op), expression(one, scope)) for op, one in zip(node.ops, node.comparators, strict=True)]
    if len(rest) == 1 and rest[0][0] in ORDER:
        return measured(first, *rest[0], may_measure(node.left, node.comparators[0]))
    return lambda f: compare_chain(f, first(f), rest)


def _conditional(node: ast.IfExp, scope: Scope) -> Closure:
    test, body, other = (expression(one, scope) for one in (node.test, node.body, node.orelse))

    def run(f: Frame) -> Any:
        truth = f.ev.truth(test(f))
        if truth is None:
            return f.ev.either(f, [body, other])
        return body(f) if truth else other(f)

    return run


def _named(node: ast.NamedExpr, scope: Scope) -> Closure:
    from .targets import target

    value, store = expression(node.value, scope), target(node.target, scope)

    def run(f: Frame) -> Any:
        one = value(f)
        store(f, one)
        return one

    return run


def _lambda(node: ast.Lambda, scope: Scope) -> Closure:
    inner = function_scope(scope, node.args, node.body)

    def body() -> list[Closure]:
        value = expression(node.body, inner)

        def run(f: Frame) -> str:
            f.ret = value(f)
            return "return"

        return [run]

    code = FunctionCode("<lambda>", node.lineno).define(node.args, body)
    return make_function(code, node.args, scope)


def defaults_of(
    arguments: ast.arguments, scope: Scope
) -> Callable[[Frame], tuple[tuple[Any, ...], dict[str, Any]]]:
    """What evaluates a function's defaults: those by position and those by keyword."""
    defaults = [expression(one, scope) for one in arguments.defaults]
    keyword = [
        (name.arg, expression(one, scope))
        for name, one in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if one is not None
    ]
    return lambda f: (tuple([one(f) for one in defaults]), {name: one(f) for name, one in keyword})


def make_function(code: FunctionCode, arguments: ast.arguments, scope: Scope) -> Closure:
    """A closure that makes the function value: its defaults are evaluated where it is defined."""
    evaluate = defaults_of(arguments, scope)
    in_function = scope.kind == "function"

    def run(f: Frame) -> FunctionValue:
        return FunctionValue(code, f.module, f if in_function else f.closure, *evaluate(f))

    return run


def table() -> dict[type[ast.AST], Callable[[Any, Scope], Closure]]:
    """The compilers by node type, for the comprehension module to add to."""
    return _TABLE


_TABLE.update(
    {
        ast.Constant: _constant,
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Subscript: _subscript,
        ast.Slice: _slice,
        ast.Call: _call,
        ast.BinOp: _binary,
        ast.UnaryOp: _unary,
        ast.BoolOp: _boolean,
        ast.Compare: _compare,
        ast.IfExp: _conditional,
        ast.NamedExpr: _named,
        ast.Lambda: _lambda,
    }
)
