"""`archinspect rules`: what files are held against."""

from __future__ import annotations

import click

from archinspect.cli._run import Run, reads_registry


@click.command("rules")
@reads_registry
def command(run: Run) -> None:
    """List the rules: id, severity and what goes wrong for the user."""
    from archinspect import catalogue

    run.emit(catalogue.rule_list())
