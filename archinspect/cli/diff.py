"""`archinspect diff`: what distinguishes two models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from archinspect.cli._options import fetching, options_of, output_options, registry_option


@click.command("diff")
@click.argument("left", metavar="A")
@click.argument("right", metavar="B")
@registry_option
@output_options
@fetching
@click.pass_context
def command(
    ctx: click.Context,
    left: str,
    right: str,
    registry_file: Path | None,
    format: str | None,
    outputs: tuple[Path, ...],
    quiet: bool,
    verbose: bool,
    **fetch: Any,
) -> None:
    """Show the facts in which models A and B differ, with the evidence of both sides.

    A fact that is unknown on one side is not a difference; it is counted apart. Exits with 3 when a
    model could not be looked at.
    """
    from archinspect import names, pipeline
    from archinspect.cli._emit import emit
    from archinspect.cli._progress import watching

    options = options_of(**fetch)
    known = pipeline.load_registry(registry_file)
    first, second = names.resolve(left, known), names.resolve(right, known)
    with watching(options, quiet, verbose) as options:
        result = pipeline.compare(first, second, options)
    emit(result, format, outputs, verbose=verbose, registry=known)
    ctx.exit(0 if result.left.facts and result.right.facts else 3)
