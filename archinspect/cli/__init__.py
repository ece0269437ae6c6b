"""The command line: parse, call one function, print, exit. Nothing heavy is imported for --help."""

from __future__ import annotations

import contextlib
import gc
import os
import sys

from archinspect.cli._group import commands
from archinspect.cli._guard import guarded

__all__ = ["main"]

MANY_OBJECTS = 100_000


def main() -> None:
    """Entry point of the `archinspect` command; ends the process with the contract's exit codes."""
    # A run makes many objects and few cycles; looking for those at every 700 objects is a fifth of its time.
    gc.set_threshold(MANY_OBJECTS)
    # Python has no stream at all where the shell closed one (`>&-`).
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115 - for the rest of the process
    sys.stderr = sys.stderr or sys.stdout
    code = guarded(commands)
    for stream in (sys.stdout, sys.stderr):
        # What cannot be written was told when it was tried first.
        with contextlib.suppress(OSError):
            stream.flush()
    # The system takes a process's memory back faster than Python frees its objects one by one.
    os._exit(code)
