"""`archinspect audit`: judge claims."""

from __future__ import annotations

import click

from archinspect.cli._run import Run, looks_at_models


@click.command("audit")
@click.argument("names", nargs=-1, metavar="[MODEL]...")
@click.option("--role", "roles", multiple=True, help="Only models with this role; repeatable.")
@click.option("--lineage", "lineages", multiple=True, help="Only models of this lineage; repeatable.")
@click.option(
    "--fail-on",
    multiple=True,
    metavar="WHAT",
    default=("contradicted",),
    show_default=True,
    help="contradicted, undetermined, finding:error, finding:warning or finding:note; repeatable.",
)
@click.option("--ignore", multiple=True, metavar="RULE", help="Leave out findings of this rule; repeatable.")
@looks_at_models
def command(
    run: Run,
    names: tuple[str, ...],
    roles: tuple[str, ...],
    lineages: tuple[str, ...],
    fail_on: tuple[str, ...],
    ignore: tuple[str, ...],
) -> int:
    """Judge the documented claims about MODELs (all of the registry by default).

    \b
    Exit code 0: nothing contradicted, all looked at.   1: something contradicted.
              2: usage or registry error.                3: something could not be looked at.
    """
    from archinspect import catalogue, pipeline
    from archinspect import names as naming

    catalogue.check_choices(fail_on, ignore)
    chosen = naming.select(run.known, names, roles, lineages)
    with run.looking(fail_on=fail_on, ignore=ignore) as options:
        result = pipeline.audit(run.known, chosen, options)
    run.emit(result)
    return result.exit_code
