"""`archinspect explain`: what one verdict rests on."""

from __future__ import annotations

import click

from archinspect.cli._run import Run, looks_at_models


@click.command("explain")
@click.argument("claim_id", metavar="CLAIM-ID")
@looks_at_models
def command(run: Run, claim_id: str) -> int:
    """Show the verdict on one claim: what is documented where, what was found where, and why.

    Exits as an audit of that claim alone.
    """
    from archinspect import pipeline

    with run.looking() as options:
        result = pipeline.audit_claim(run.known, claim_id, options)
    run.emit(result.verdicts[0], audit=result)
    return result.exit_code
