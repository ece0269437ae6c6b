"""For GitHub's workflow commands: `::error file=F,line=L,title=T::MESSAGE`, one line each.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from archinspect.report.escape.visible import visible

_DATA = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
_PROPERTY = (*_DATA, (":", "%3A"), (",", "%2C"))


def message(text: str) -> str:
    """A command's text. Line breaks stay line breaks, encoded; other hidden characters are written out."""
    return _encoded("\n".join(visible(line) for line in text.split("\n")), _DATA)


def property_(text: str) -> str:
    """The value of one of a command's properties, on one line."""
    return _encoded(visible(text), _PROPERTY)


def _encoded(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for char, code in pairs:
        text = text.replace(char, code)
    return text
