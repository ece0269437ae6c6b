"""A running function, class body or module body, and how control leaves a statement."""

from __future__ import annotations

from archinspect.hints import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .evaluator import Evaluator
    from .namespace import Namespace
    from .values import FunctionValue

RETURN = "return"
BREAK = "break"
CONTINUE = "continue"
Signal = str | None


class Frame:
    """``vars``: local names. ``line``: the line being run. ``ret``: the value of a ``return``.

    ``pending``: values of returns inside arms of branches on unknown conditions, merged when the function
    ends.
    """

    __slots__ = ("closure", "ev", "func", "line", "module", "pending", "ret", "vars", "yields")

    def __init__(
        self,
        ev: Evaluator,
        module: Namespace,
        names: dict[str, Any],
        closure: Frame | None = None,
        func: FunctionValue | None = None,
    ) -> None:
        """A frame about to run."""
        self.ev = ev
        self.module = module
        self.vars = names
        self.closure = closure
        self.func = func
        self.line = 0
        self.ret: Any = None
        self.pending: list[Any] | None = None
        self.yields: list[Any] | None = None
