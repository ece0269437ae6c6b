"""A function of the source, compiled; what is not needed before it is called waits until then."""

from __future__ import annotations

import ast
from collections.abc import Callable

from archinspect.hints import Any

Closure = Callable[[Any], Any]


class FunctionCode:
    """A compiled function: how arguments bind, which names are local, and its body (compiled at the
    first call).
    """

    __slots__ = (
        "all_params",
        "body",
        "evaluated_defaults",
        "find",
        "generator",
        "kwarg",
        "kwonly",
        "line",
        "load_body",
        "name",
        "params",
        "statements",
        "text",
        "vararg",
    )

    def __init__(self, name: str, line: int) -> None:
        """A function of which no more is known yet."""
        self.name = name
        self.line = line
        self.body: list[Closure] | None = None
        self.statements: list[ast.stmt] | None = None
        """The syntax tree of a constructor's or property's body, once it is parsed; None for others."""
        self.generator = False
        self.text: str | None = None
        """As written, for what is parsed when it is called."""
        self.find: Callable[[FunctionCode], None]
        self.evaluated_defaults: Callable[[Any], tuple[tuple[Any, ...], dict[str, Any]]]

    def define(self, arguments: ast.arguments, load_body: Callable[[], list[Closure]]) -> FunctionCode:
        """``load_body`` compiles the statements; it is called once."""
        self.params = [one.arg for one in arguments.posonlyargs + arguments.args]
        self.kwonly = [one.arg for one in arguments.kwonlyargs]
        self.all_params = frozenset(self.params + self.kwonly)
        self.vararg = arguments.vararg.arg if arguments.vararg else None
        self.kwarg = arguments.kwarg.arg if arguments.kwarg else None
        self.load_body = load_body
        return self

    @classmethod
    def late(cls, name: str, line: int, find: Callable[[FunctionCode], None]) -> FunctionCode:
        """A method of which more is found out when something asks: ``find`` defines the code."""
        made = cls(name, line)
        made.find = find
        return made

    def __getattr__(self, name: str) -> Any:
        if name not in _LATE:
            raise AttributeError(name)
        self.find(self)
        return getattr(self, name)

    def load(self) -> list[Closure]:
        """The compiled body; its syntax tree is let go.

        Readings in several threads share the code: whoever finds the body missing may come second.
        """
        load = self.load_body  # first: once it is let go, the body is there
        body = self.body
        if body is None:
            body = self.body = load()
            self.load_body = list
        return body


_LATE = frozenset(("all_params", "evaluated_defaults", "kwarg", "kwonly", "load_body", "params", "vararg"))
