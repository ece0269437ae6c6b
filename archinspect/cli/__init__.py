"""The command line: parse, call one function, print, exit. Nothing heavy is imported for --help."""

from __future__ import annotations

import sys

from archinspect.cli._group import commands
from archinspect.cli._guard import guarded

__all__ = ["main"]


def main() -> None:
    """Entry point of the `archinspect` command; ends the process with the contract's exit codes."""
    sys.exit(guarded(commands))
