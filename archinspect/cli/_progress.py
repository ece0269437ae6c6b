"""What a run tells on stderr while it waits, and what it asked the network for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

if TYPE_CHECKING:
    from archinspect.pipeline import Options
    from archinspect.sources.options import FetchReport


@contextmanager
def watching(options: Options, quiet: bool, verbose: bool) -> Iterator[Options]:
    """The options with a progress bar on a terminal, and a line on what was asked for at the end."""
    reports: list[FetchReport] = []
    bar = None
    if options.where != "bundled" and not quiet and sys.stderr.isatty():
        from archinspect.sources.progress import Bar

        bar = Bar(sys.stderr)
    try:
        yield replace(options, progress=bar, fetched=reports.append)
    finally:
        if bar is not None:
            bar.close()
    if not quiet:
        _tell(reports, verbose)


def _tell(reports: list[FetchReport], verbose: bool) -> None:
    from archinspect.report import clean

    if verbose:
        for line in (line for report in reports for line in report.log):
            click.echo(clean(line), err=True)
    for warning in (warning for report in reports for warning in report.warnings):
        click.echo(f"warning: {clean(warning)}", err=True)
    count = sum(report.requests for report in reports)
    if reports and count:
        click.echo(f"{count} request{'s' if count != 1 else ''} to the Hub", err=True)
    elif reports or verbose:
        click.echo("nothing was contacted", err=True)
