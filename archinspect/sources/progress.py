"""A line on the terminal that says how far a run is; nothing when standard error is not a terminal."""

from __future__ import annotations

import shutil
import sys
import time
from typing import Final, TextIO

FIRST_SHOWN_SECONDS: Final = 0.3
BAR: Final = 24


class Bar:
    """Redraws one line; a run shorter than a third of a second never shows it."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._start = time.monotonic()
        self._width = 0

    def update(self, done: int, total: int, requests: int) -> None:
        """Show `done` of `total` models."""
        if time.monotonic() - self._start < FIRST_SHOWN_SECONDS or not total:
            return
        filled = BAR * done // total
        columns = shutil.get_terminal_size().columns - 1
        line = f"[{'#' * filled}{'.' * (BAR - filled)}] {done}/{total} models, {requests} requests"[:columns]
        self._stream.write("\r" + line.ljust(self._width))
        self._stream.flush()
        self._width = len(line)

    def close(self) -> None:
        """Clear the line."""
        if self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()
            self._width = 0


def bar(quiet: bool = False, stream: TextIO | None = None) -> Bar | None:
    """A bar when someone is looking: not with `quiet`, not when standard error is redirected."""
    stream = stream or sys.stderr
    return None if quiet or not stream.isatty() else Bar(stream)
