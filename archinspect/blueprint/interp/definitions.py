"""Functions, classes and imports compiled to closures."""

from __future__ import annotations

import ast
from collections.abc import Callable

from archinspect.hints import Any

from .callables import FunctionValue
from .expressions import defaults_of, expression, make_function
from .frame import Frame
from .function_code import Closure, FunctionCode
from .scope import Scope, function_scope
from .skeleton import LateFunction
from .targets import target


def _late_code(node: LateFunction, scope: Scope) -> FunctionCode:
    def find(code: FunctionCode) -> None:
        parsed = node.parsed()
        _keep(code, parsed.body, node.decorators)
        code.define(parsed.args, _body(parsed, scope, code))
        code.evaluated_defaults = defaults_of(parsed.args, scope)

    code = FunctionCode.late(node.name, node.lineno, find)
    code.text = node.text
    return code


def late_function(node: LateFunction, scope: Scope) -> Closure:
    """A function or method that is parsed when it is first called."""
    code = _late_code(node, scope)
    decorate = _decorating(node.decorators, scope)

    def run(f: Frame) -> None:
        f.vars[node.name] = decorate(f, FunctionValue.late(code, f.module, f.closure, f))

    return run


def _decorating(nodes: list[ast.expr], scope: Scope) -> Callable[[Frame, Any], Any]:
    decorators = [(expression(one, scope), one.lineno) for one in reversed(nodes)]

    def decorate(f: Frame, value: Any) -> Any:
        for decorator, line in decorators:
            f.line = line
            value = f.ev.decorate(decorator(f), value)
        return value

    return decorate


def _keep(code: FunctionCode, body: list[ast.stmt], decorators: list[ast.expr]) -> None:
    """Of constructors and properties, what they do is asked of the syntax tree."""
    if code.name == "__init__" or any(type(one) is ast.Name and one.id == "property" for one in decorators):
        code.statements = body


def _body(
    node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope, code: FunctionCode
) -> Callable[[], list[Closure]]:
    def body() -> list[Closure]:
        from .statements import statements

        inner = function_scope(scope, node.args, node.body)
        code.generator = inner.generator
        return statements(node.body, inner)

    return body


def function(node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> Closure:
    code = FunctionCode(node.name, node.lineno)
    _keep(code, node.body, node.decorator_list)
    code.define(node.args, _body(node, scope, code))
    make = make_function(code, node.args, scope)
    decorate, store = _decorating(node.decorator_list, scope), target(ast.Name(node.name, ast.Store()), scope)
    return lambda f: store(f, decorate(f, make(f)))


def class_(node: ast.ClassDef, scope: Scope) -> Closure:
    from .statements import statements

    bases = [expression(one, scope) for one in node.bases]
    keywords = [(k.arg or "**", expression(k.value, scope)) for k in node.keywords]
    inner = Scope("class", scope)
    body = statements(node.body, inner)
    decorate, store = _decorating(node.decorator_list, scope), target(ast.Name(node.name, ast.Store()), scope)

    def run(f: Frame) -> None:
        f.line = node.lineno
        made = f.ev.make_class(f, node.name, [one(f) for one in bases], body, node.lineno, keywords)
        store(f, decorate(f, made))

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
