"""`archinspect explain`: what one verdict rests on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from archinspect.cli._options import fetching, options_of, output_options, registry_option


@click.command("explain")
@click.argument("claim_id", metavar="CLAIM-ID")
@registry_option
@output_options
@fetching
@click.pass_context
def command(
    ctx: click.Context,
    claim_id: str,
    registry_file: Path | None,
    format: str | None,
    outputs: tuple[Path, ...],
    quiet: bool,
    verbose: bool,
    **fetch: Any,
) -> None:
    """Show the verdict on one claim: what is documented where, what was found where, and why."""
    from archinspect import pipeline
    from archinspect.cli._emit import emit
    from archinspect.cli._progress import watching

    options = options_of(**fetch)
    known = pipeline.load_registry(registry_file)
    with watching(options, quiet, verbose) as options:
        result = pipeline.audit_claim(known, claim_id, options)
    emit(result.verdicts[0], format, outputs, verbose=verbose, registry=known, audit=result)
    ctx.exit(result.exit_code)
