"""A module as entries that are parsed, compiled and run only when a name of theirs is needed."""

from __future__ import annotations

import ast
from functools import cached_property

from archinspect.hints import Any

from .cut import Entry, cut
from .literal_tables import literal_table


class Program:
    """A module's entries and which of them concern a name."""

    def __init__(self, module: str, label: str, package: bool, text: str, *, trusted: bool) -> None:
        """Raises BlueprintError when untrusted text is not Python that can be parsed."""
        self.module = module
        self.label = label
        self.package = package
        self.text = text
        if not trusted:
            from .whole import whole

            self.index = _indexed(whole(text, label))

    @cached_property
    def index(self) -> dict[str, list[Entry]]:
        """The entries that concern each name. A release's text is cut when a first name is looked up."""
        try:
            return _indexed(cut(self.text))
        except (SyntaxError, ValueError):
            from .whole import whole

            return _indexed(whole(self.text, self.label))

    def statements(self, entry: Entry) -> list[ast.stmt]:
        """An entry's syntax tree. Falls back to the whole file's when the cut was wrong (raises
        BlueprintError then).
        """
        try:
            return entry.parse()
        except (SyntaxError, ValueError):
            from .whole import whole

            self.index = _indexed(whole(self.text, self.label))
            raise StaleIndexError from None

    def table(self, entry: Entry) -> dict[str, Any] | None:
        """What an entry binds when it is a plain table of names; None when it has to be parsed."""
        if "OrderedDict" not in entry.text or "from collections import OrderedDict" not in self.text:
            return None
        return literal_table(entry.text)


class StaleIndexError(Exception):
    """The module's entries were replaced while one was being used: look the name up again."""


def _indexed(entries: list[Entry]) -> dict[str, list[Entry]]:
    index: dict[str, list[Entry]] = {}
    for entry in entries:
        for name in entry.names:
            index.setdefault(name, []).append(entry)
    return index
