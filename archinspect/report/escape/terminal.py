"""For terminals, and for the logs of a CI, where a line can be a command to the runner."""

from __future__ import annotations

from archinspect.report.escape.visible import visible


def clean(text: str) -> str:
    """The text with its line breaks, everything else hidden written out; for messages of several lines."""
    return "\n".join(harmless(visible(line)) for line in text.split("\n"))


def harmless(line: str) -> str:
    """The line, no longer a workflow command.

    GitHub's runner takes any line of stdout or stderr that begins with `::` (after blanks) for a
    command, and `##[` wherever it stands; a backslash is enough to stop both.
    """
    start = len(line) - len(line.lstrip())
    if line.startswith("::", start):
        line = line[:start] + "\\" + line[start:]
    return line.replace("##[", "#\\#[")
