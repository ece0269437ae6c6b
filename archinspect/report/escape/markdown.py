"""For Markdown as GitHub reads it: prose, code spans and table cells.

https://github.github.com/gfm/
"""

from __future__ import annotations

import re

from archinspect.report.escape.terminal import harmless
from archinspect.report.escape.visible import visible

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&#$])")
_MARKER = re.compile(r"^(?:(?=[-+=:])|(\d+)(?=[.)]))")
_LINKED = re.compile(r"(?i)(?<=\bhttp):|(?<=\bhttps):|(?<=\bftp):|(?<=\bwww)\.")


def prose(text: str) -> str:
    """Text that means itself: no emphasis, link, HTML or mention begins in it, no table cell ends.

    What only matters at the start of a line is `opening`'s part.
    """
    text = _SPECIAL.sub(r"\\\1", visible(text).strip())
    # Bare addresses and mentions become links after parsing; an empty comment keeps them apart.
    return _LINKED.sub(r"<!-- -->\g<0>", text).replace("@", "@<!-- -->")


def opening(markup: str) -> str:
    """The markup of a whole line, which no longer begins a list, heading rule or numbered item."""
    return _MARKER.sub(r"\1\\", markup)


def code(text: str, in_table: bool = False) -> str:
    """A code span of this text, a CI's commands apart. Empty text gives an empty string.

    In a table the pipe ends a cell even inside a code span, unless escaped; elsewhere the backslash
    would show.
    """
    text = harmless(visible(text))
    if not text:
        return ""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    body = text.replace("|", "\\|") if in_table else text
    return f"{fence}{padding}{body}{padding}{fence}"


def link(text: str, url: str) -> str:
    """A link when the address is http(s), else the text alone."""
    if not re.fullmatch(r"https?://[^\s<>\"'`|\\]+", url) or url != visible(url):
        return prose(text)
    return f"[{prose(text)}](<{url}>)"
