"""`archinspect list`: the registry's models."""

from __future__ import annotations

from pathlib import Path

import click

from archinspect.cli._options import output_options, registry_option


@click.command("list")
@click.option("--role", "roles", multiple=True, help="Only models with this role; repeatable.")
@click.option("--lineage", "lineages", multiple=True, help="Only models of this lineage; repeatable.")
@registry_option
@output_options
def command(
    roles: tuple[str, ...],
    lineages: tuple[str, ...],
    registry_file: Path | None,
    format: str | None,
    outputs: tuple[Path, ...],
) -> None:
    """List the registry's models: name, repository, role, lineage, aliases, number of claims."""
    from archinspect import names, pipeline
    from archinspect.cli._emit import emit
    from archinspect.records import Listing

    known = pipeline.load_registry(registry_file)
    entries = [named.entry for named in names.select(known, (), roles, lineages) if named.entry]
    emit(Listing(tuple(entries)), format, outputs, registry=known)
