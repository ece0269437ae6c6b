"""What ends a run: errors become one message and an exit code, never a traceback."""

from __future__ import annotations

import os
import sys

import click

from archinspect.errors import ArchinspectError, RegistryError, UsageError

USAGE, COULD_NOT_LOOK = 2, 3
INTERRUPTED = 130
READER_GONE = 141


def guarded(command: click.Command) -> int:
    """Run the command and return its exit code."""
    try:
        code = command.main(standalone_mode=False)
        sys.stdout.flush()
        return int(code or 0)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        # Threads may still wait for the network: they must not keep the user waiting.
        sys.stderr.flush()
        os._exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ArchinspectError as error:
        return _explained(error)
    except BrokenPipeError:
        # The reader (head, less) has seen enough. Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    except Exception:  # noqa: BLE001 - Python would exit with 1, which means "contradicted" here
        import traceback

        traceback.print_exc()
        click.echo(
            "archinspect: this is a mistake of archinspect's own; please report the lines above", err=True
        )
        return COULD_NOT_LOOK


def _explained(error: ArchinspectError) -> int:
    from archinspect.report import clean

    click.echo(f"archinspect: {clean(str(error))}", err=True)
    if error.hint:
        click.echo(f"  -> {clean(error.hint)}", err=True)
    return USAGE if isinstance(error, (UsageError, RegistryError)) else COULD_NOT_LOOK
