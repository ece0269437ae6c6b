"""The `archinspect` command, and `python -m archinspect`."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point; ends the process with the contract's exit codes."""
    if sys.argv[-2:] == ["--format", "json"]:
        from archinspect.quick import answer

        answer(sys.argv[1:])
    from archinspect.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
