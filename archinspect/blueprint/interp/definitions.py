"""Functions, classes and imports compiled to closures."""

from __future__ import annotations

import ast
from collections.abc import Callable

from archinspect.hints import Any

from .callables import ClassMethod, FunctionValue, PropertyValue, StaticMethod
from .expressions import defaults_of, expression, make_function
from .frame import Frame
from .program import Closure, FunctionCode
from .scope import Scope, function_scope
from .skeleton import LateMethod
from .targets import target

_WRAPPERS: dict[str, Callable[[FunctionValue], Any]] = {
    "": lambda value: value,
    "property": PropertyValue,
    "classmethod": ClassMethod,
    "staticmethod": StaticMethod,
}


def late_method(node: LateMethod, scope: Scope) -> Closure:
    """A method that is parsed when it is first called; Python's own decorators aside it has none."""

    def find(code: FunctionCode) -> None:
        parsed = node.parsed()
        code.define(parsed.args, _body(parsed, scope, code))
        code.evaluated_defaults = defaults_of(parsed.args, scope)

    code = FunctionCode.late(node.name, node.lineno, find)
    wrap, before = _WRAPPERS.get(node.decorator), expression(ast.Name(node.name, ast.Load()), scope)

    def run(f: Frame) -> None:
        value: Any = FunctionValue.late(code, f.module, f.closure, f)
        if wrap is None:
            f.line = node.lineno - 1
            f.vars[node.name] = f.ev.call(f.ev.getattr(before(f), "setter"), [value], {})
        else:
            f.vars[node.name] = wrap(value)

    return run


def _body(
    node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope, code: FunctionCode
) -> Callable[[], list[Closure]]:
    def body() -> list[Closure]:
        from .statements import statements

        inner = function_scope(scope, node.args, node.body)
        code.generator = inner.generator
        if node.name == "__init__":
            code.statements = node.body
        return statements(node.body, inner)

    return body


def function(node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> Closure:
    code = FunctionCode(node.name, node.lineno)
    code.define(node.args, _body(node, scope, code))
    make = make_function(code, node.args, scope)
    decorators = [(expression(one, scope), one.lineno) for one in reversed(node.decorator_list)]
    store = target(ast.Name(node.name, ast.Store()), scope)

    def run(f: Frame) -> None:
        value: Any = make(f)
        for decorator, line in decorators:
            f.line = line
            value = f.ev.decorate(decorator(f), value)
        store(f, value)

    return run


def class_(node: ast.ClassDef, scope: Scope) -> Closure:
    from .statements import statements

    bases = [expression(one, scope) for one in node.bases]
    keywords = [(k.arg or "**", expression(k.value, scope)) for k in node.keywords]
    inner = Scope("class", scope)
    body = statements(node.body, inner)
    decorators = [(expression(one, scope), one.lineno) for one in reversed(node.decorator_list)]
    store = target(ast.Name(node.name, ast.Store()), scope)

    def run(f: Frame) -> None:
        f.line = node.lineno
        value = f.ev.make_class(f, node.name, [one(f) for one in bases], body, node.lineno, keywords)
        for decorator, line in decorators:
            f.line = line
            value = f.ev.decorate(decorator(f), value)
        store(f, value)

    return run


def import_(node: ast.Import, scope: Scope) -> Closure:
    names = [(one.name, one.asname) for one in node.names]
    tentative = scope.try_depth > 0

    def run(f: Frame) -> None:
        f.line = node.lineno
        for name, alias in names:
            value = f.ev.import_module(f, name if alias else name.partition(".")[0], tentative, name)
            f.vars[alias or name.partition(".")[0]] = value

    return run


def import_from(node: ast.ImportFrom, scope: Scope) -> Closure:
    tentative = scope.try_depth > 0
    names = [(one.name, one.asname or one.name) for one in node.names]

    def run(f: Frame) -> None:
        f.line = node.lineno
        for name, alias in names:
            if name == "*":
                f.module.stars.append((node.module or "", node.level))
            else:
                f.vars[alias] = f.ev.import_name(f, node.module or "", node.level, name, tentative)

    return run
