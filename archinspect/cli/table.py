"""`archinspect table`: models beside each other."""

from __future__ import annotations

import click

from archinspect.cli._run import Run, looks_at_models


@click.command("table")
@click.argument("names", nargs=-1, metavar="[MODEL]...")
@click.option("--fact", "facts", multiple=True, help="A column; repeatable. Default: the main facts.")
@click.option("--all-facts", is_flag=True, help="Every fact is a column.")
@click.option("--role", "roles", multiple=True, help="Only models with this role; repeatable.")
@click.option("--lineage", "lineages", multiple=True, help="Only models of this lineage; repeatable.")
@looks_at_models
def command(
    run: Run,
    names: tuple[str, ...],
    facts: tuple[str, ...],
    all_facts: bool,
    roles: tuple[str, ...],
    lineages: tuple[str, ...],
) -> int:
    """Show specimens x facts; unknown values are marked. Exits with 3 when a model could not be looked at."""
    from archinspect import catalogue, pipeline
    from archinspect import names as naming

    catalogue.check_facts(facts)
    chosen = naming.select(run.known, names, roles, lineages)
    columns = tuple(catalogue.families()) if all_facts else facts
    with run.looking() as options:
        table = pipeline.tabulate(chosen, options, columns)
    run.emit(table)
    looked_at = ("read", "not_in_snapshot")
    return 0 if all(report.snapshot.outcome in looked_at for report in table.models) else 3
