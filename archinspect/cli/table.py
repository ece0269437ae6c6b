"""`archinspect table`: models beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from archinspect.cli._options import fetching, options_of, output_options, registry_option


@click.command("table")
@click.argument("names", nargs=-1, metavar="[MODEL]...")
@click.option("--fact", "facts", multiple=True, help="A column; repeatable. Default: the main facts.")
@click.option("--all-facts", is_flag=True, help="Every fact is a column.")
@click.option("--role", "roles", multiple=True, help="Only models with this role; repeatable.")
@click.option("--lineage", "lineages", multiple=True, help="Only models of this lineage; repeatable.")
@registry_option
@output_options
@fetching
@click.pass_context
def command(
    ctx: click.Context,
    names: tuple[str, ...],
    facts: tuple[str, ...],
    all_facts: bool,
    roles: tuple[str, ...],
    lineages: tuple[str, ...],
    registry_file: Path | None,
    format: str | None,
    outputs: tuple[Path, ...],
    quiet: bool,
    verbose: bool,
    **fetch: Any,
) -> None:
    """Show specimens x facts; unknown values are marked. Exits with 3 when a model could not be looked at."""
    from archinspect import names as naming
    from archinspect import pipeline
    from archinspect.cli._emit import emit
    from archinspect.cli._progress import watching
    from archinspect.errors import UsageError

    for fact in facts:
        if fact not in pipeline.families():
            raise UsageError(f"there is no fact {fact!r}", naming.suggestion(fact, list(pipeline.families())))
    options = options_of(**fetch)
    known = pipeline.load_registry(registry_file)
    chosen = naming.select(known, names, roles, lineages)
    with watching(options, quiet, verbose) as options:
        table = pipeline.tabulate(chosen, options, tuple(pipeline.families()) if all_facts else facts)
    emit(table, format, outputs, verbose=verbose, registry=known)
    ctx.exit(0 if all(report.facts for report in table.models) else 3)
