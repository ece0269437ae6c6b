"""`archinspect diff`: what distinguishes two models."""

from __future__ import annotations

import click

from archinspect.cli._run import Run, looks_at_models


@click.command("diff")
@click.argument("left", metavar="A")
@click.argument("right", metavar="B")
@looks_at_models
def command(run: Run, left: str, right: str) -> int:
    """Show the facts in which models A and B differ, with the evidence of both sides.

    A fact that is unknown on one side is not a difference; it is counted apart. Exits with 3 when a
    model could not be looked at.
    """
    from archinspect import pipeline

    first, second = run.named(left), run.named(right)
    with run.looking() as options:
        result = pipeline.compare(first, second, options)
    run.emit(result)
    return 0 if result.left.facts and result.right.facts else 3
