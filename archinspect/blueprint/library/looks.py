"""What a constructor looks up with a number it is given: a short program over its arguments.

Two constructions that look up the same, from arguments that are otherwise the same, differ in nothing but
the number.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from archinspect.blueprint.interp.expressions import expression
from archinspect.blueprint.interp.frame import Frame
from archinspect.blueprint.interp.namespace import Namespace
from archinspect.blueprint.interp.scope import Scope
from archinspect.blueprint.interp.values import ConfigObject, External, FunctionValue, Raised
from archinspect.hints import Any

_FIXED = (type(None), bool, int, float, str, External, ConfigObject)
"""What a local may hold: it cannot be changed, or a change is seen (``Evaluator.rewritten``)."""
Step = Callable[[Frame, list[Any]], None]


class Looks:
    """The looks of one constructor in their order, those of the constructors it hands the number to among
    them.

    ``needs``: the parameters that they read. Locals that are worked out from these stand for what they are.
    """

    __slots__ = ("_bound", "_module", "_params", "_steps", "_waiting", "needs")

    def __init__(self, module: Namespace, params: set[str]) -> None:
        """``module``: where the constructor stands; ``params``: its parameters but for the object."""
        self.needs: set[str] = set()
        self._module = module
        self._params = params
        self._bound: set[str] = set()
        self._waiting: dict[str, tuple[Any, frozenset[str]]] = {}
        self._steps: list[Step] = []

    def known(self, name: str) -> bool:
        """Whether a name's value follows from the arguments alone, where the walk stands."""
        return name in self._params or name in self._bound

    def forget(self, name: str) -> None:
        """The name is assigned something that is not followed, from here on."""
        for one in [one for one, (_, names) in self._waiting.items() if name in names]:
            self._settle(frozenset([one]))
        self._waiting.pop(name, None)
        self._bound.discard(name)
        self._params.discard(name)

    def look(self, node: ast.expr) -> None:
        """What the expression gives is looked up."""
        value = self._compiled(node)
        self._steps.append(lambda frame, found: found.append(value(frame)))

    def bind(self, name: str, node: ast.expr, *, looked_up: bool) -> None:
        """``name = expression``, from here on. ``looked_up``: the value depends on the number."""
        value, names = self._compile(node)
        if looked_up or name in names:
            self._settle(names)
            self.forget(name)
            self._steps.append(_assignment(name, value, looked_up=looked_up))
        else:  # worked out when a look needs it
            self.forget(name)
            self._waiting[name] = (value, names)
        self._bound.add(name)

    def hand_on(self, inner: Looks, init: FunctionValue, given: dict[str, ast.expr]) -> bool:
        """The number goes on to another constructor: what it looks up is looked up too. False when what it
        needs for that is not known. ``given``: its arguments by the names of its parameters.
        """
        defaults: dict[str, Any] = {}
        if init.defaults:
            defaults = dict(zip(init.code.params[-len(init.defaults) :], init.defaults, strict=True))
        defaults |= init.kwdefaults
        if any(name not in given and name not in defaults for name in inner.needs):
            return False
        parts = [(name, self._compiled(given[name])) for name in sorted(inner.needs & given.keys())]

        def step(frame: Frame, found: list[Any]) -> None:
            found += inner.run(frame.ev, defaults | {name: value(frame) for name, value in parts})

        self._steps.append(step)
        return True

    def run(self, ev: Any, arguments: dict[str, Any]) -> list[Any]:
        """The values that are looked up. Raises Raised."""
        frame = Frame(ev, self._module, dict(arguments))
        before, ev.frame = ev.frame, frame
        quiet, ev.quiet = ev.quiet, True  # what the constructor reads is recorded when it runs
        found: list[Any] = []
        try:
            for step in self._steps:
                step(frame, found)
        finally:
            ev.frame, ev.quiet = before, quiet
        return found

    def _compiled(self, node: ast.expr) -> Any:
        value, names = self._compile(node)
        self._settle(names)
        return value

    def _settle(self, names: frozenset[str]) -> None:
        """Have the locals worked out that an expression mentions."""
        for name in sorted(names):
            if name in self._waiting:
                value, inner = self._waiting.pop(name)
                self._settle(inner)
                self._steps.append(_assignment(name, value))
            elif name not in self._bound:
                self.needs.add(name)

    def _compile(self, node: ast.expr) -> tuple[Any, frozenset[str]]:
        scope = Scope("function", Scope("module"))
        scope.locals = self._params | self._bound
        names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
        return expression(node, scope), frozenset(name for name in names if self.known(name))


def _assignment(name: str, value: Any, *, looked_up: bool = False) -> Step:
    def step(frame: Frame, found: list[Any]) -> None:
        frame.vars[name] = made = value(frame)
        if looked_up:
            found.append(made)
        if type(made) not in _FIXED:
            raise Raised(frame.ev.exception("TypeError", f"{name} may be changed before it is used"))

    return step
