"""How a question about the graph ends without an answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from archinspect.blueprint.records import CodeFact


class UnclearError(Exception):
    """The graph does not have a form that answers the question; ``reason`` names the construct,
    ``location`` its line."""

    def __init__(self, reason: str, location: str = "") -> None:
        """``location`` is ``file#Lnn``, or empty when no single line is to blame."""
        super().__init__(reason)
        self.reason = reason
        self.location = location


def known(value: Any, locations: Iterable[str] = ()) -> CodeFact:
    """A fact with the lines that show it, each once, at most eight."""
    return CodeFact(value, None, tuple(dict.fromkeys(one for one in locations if one))[:8])


def unknown(error: UnclearError) -> CodeFact:
    """The fact that was not settled, and why."""
    place = f" ({error.location})" if error.location else ""
    return CodeFact(None, f"{error.reason}{place}", (error.location,) if error.location else ())


def agreed(values: Iterable[Any], what: str, location: str = "") -> Any:
    """The one value that all share. Raises UnclearError when there is none or more than one."""
    found = list(values)
    if not found:
        raise UnclearError(f"nothing shows {what}", location)
    if any(one != found[0] for one in found):
        kinds = list(dict.fromkeys(str(one) for one in found))
        raise UnclearError(f"{what} differs: {', '.join(kinds[:4])}", location)
    return found[0]
