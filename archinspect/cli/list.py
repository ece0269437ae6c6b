"""`archinspect list`: the registry's models."""

from __future__ import annotations

import click

from archinspect.cli._run import Run, reads_registry


@click.command("list")
@click.option("--role", "roles", multiple=True, help="Only models with this role; repeatable.")
@click.option("--lineage", "lineages", multiple=True, help="Only models of this lineage; repeatable.")
@reads_registry
def command(run: Run, roles: tuple[str, ...], lineages: tuple[str, ...]) -> None:
    """List the registry's models: name, repository, role, lineage, aliases, number of claims."""
    from archinspect import names
    from archinspect.records import Listing

    chosen = names.select(run.known, (), roles, lineages)
    run.emit(Listing(tuple(named.entry for named in chosen if named.entry)))
