"""`archinspect lineage`: which lineage a model extends, and what its parent already knew."""

from __future__ import annotations

import click

from archinspect.cli._run import Run, looks_at_models


@click.command("lineage")
@click.argument("name", metavar="MODEL")
@looks_at_models
def command(run: Run, name: str) -> int:
    """Show which registered lineage MODEL extends, what is new in it, and what its parent already knew.

    What is said counts first (the registry, the bases that its card names), then the modelling class and the
    share of equal facts. With -v every registered model is listed. Exits with 3 when MODEL, or a registered
    model that was asked for, could not be looked at.
    """
    from archinspect import pipeline

    with run.looking() as options:
        found = pipeline.place_in_lineage(run.known, run.named(name), options)
    run.emit(found)
    return 0 if found.complete else 3
