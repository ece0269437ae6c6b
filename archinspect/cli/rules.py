"""`archinspect rules`: what files are held against."""

from __future__ import annotations

from pathlib import Path

import click

from archinspect.cli._options import output_options


@click.command("rules")
@output_options
def command(format: str | None, outputs: tuple[Path, ...]) -> None:
    """List the rules: id, severity and what goes wrong for the user."""
    from archinspect import pipeline
    from archinspect.cli._emit import emit

    emit(pipeline.rule_list(), format, outputs)
