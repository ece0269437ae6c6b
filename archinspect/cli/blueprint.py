"""`archinspect blueprint`: what the modelling source builds."""

from __future__ import annotations

import click

from archinspect.cli._run import Run, looks_at_models


@click.command("blueprint")
@click.argument("name", metavar="MODEL")
@click.option("--tensors", is_flag=True, help="List every tensor with its shape and the line that makes it.")
@looks_at_models
def command(run: Run, name: str, tensors: bool) -> int:
    """Show the modules and tensors that the modelling source builds from MODEL's config.

    The source is read, never imported or executed. Equal neighbours are folded: `layers.0-27 x28`.
    Exits with 3 when the model could not be looked at, or no blueprint could be made.
    """
    from archinspect import pipeline

    with run.looking() as options:
        built = pipeline.build(run.named(name), options)
    run.emit(built, tensors=tensors)
    return 0 if built.root is not None else 3
