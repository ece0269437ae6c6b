"""The command line: parse, call one function, print, exit. Nothing heavy is imported for --help."""

from __future__ import annotations

import gc
import sys

from archinspect.cli._group import commands
from archinspect.cli._guard import guarded

__all__ = ["main"]


MANY_OBJECTS = 100_000


def main() -> None:
    """Entry point of the `archinspect` command; ends the process with the contract's exit codes."""
    # A run makes many objects and few cycles; looking for those at every 700 objects is a fifth of its time.
    gc.set_threshold(MANY_OBJECTS)
    sys.exit(guarded(commands))
