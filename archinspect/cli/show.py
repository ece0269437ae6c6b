"""`archinspect show`: one model's facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from archinspect.cli._options import fetching, options_of, output_options, registry_option


@click.command("show")
@click.argument("name", metavar="MODEL")
@click.option("--fact", help="Explain this fact: every witness, its place and what it says.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Leave out findings of this rule; repeatable.")
@registry_option
@output_options
@fetching
@click.pass_context
def command(
    ctx: click.Context,
    name: str,
    fact: str | None,
    ignore: tuple[str, ...],
    registry_file: Path | None,
    format: str | None,
    outputs: tuple[Path, ...],
    quiet: bool,
    verbose: bool,
    **fetch: Any,
) -> None:
    """Show what MODEL is: each fact with its evidence, each unknown with its reason.

    Exits with 3 when the model could not be looked at.
    """
    from archinspect import names, pipeline
    from archinspect.cli._emit import emit
    from archinspect.cli._progress import watching
    from archinspect.errors import UsageError

    if fact is not None and fact not in pipeline.families():
        raise UsageError(f"there is no fact {fact!r}", names.suggestion(fact, list(pipeline.families())))
    options = options_of(**fetch, ignore=ignore)
    known = pipeline.load_registry(registry_file)
    with watching(options, quiet, verbose) as options:
        (report,) = pipeline.read_models([names.resolve(name, known)], options)
    emit(report, format, outputs, verbose=verbose, registry=known, fact=fact)
    ctx.exit(0 if report.facts else 3)
