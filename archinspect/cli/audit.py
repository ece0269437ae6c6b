"""`archinspect audit`: judge claims."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from archinspect.cli._options import fetching, options_of, output_options, registry_option


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
@registry_option
@output_options
@fetching
@click.pass_context
def command(
    ctx: click.Context,
    names: tuple[str, ...],
    roles: tuple[str, ...],
    lineages: tuple[str, ...],
    fail_on: tuple[str, ...],
    ignore: tuple[str, ...],
    registry_file: Path | None,
    format: str | None,
    outputs: tuple[Path, ...],
    quiet: bool,
    verbose: bool,
    **fetch: Any,
) -> None:
    """Judge the documented claims about MODELs (all of the registry by default).

    \b
    Exit code 0: nothing contradicted, all looked at.   1: something contradicted.
              2: usage or registry error.                3: something could not be looked at.
    """
    from archinspect import names as naming
    from archinspect import pipeline
    from archinspect.cli._emit import emit
    from archinspect.cli._progress import watching

    options = options_of(**fetch, fail_on=fail_on, ignore=ignore)
    known = pipeline.load_registry(registry_file)
    chosen = naming.select(known, names, roles, lineages)
    with watching(options, quiet, verbose) as options:
        result = pipeline.audit(known, chosen, options)
    emit(result, format, outputs, verbose=verbose, registry=known)
    ctx.exit(result.exit_code)
