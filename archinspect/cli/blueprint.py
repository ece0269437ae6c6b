"""`archinspect blueprint`: what the modelling source builds."""

from __future__ import annotations

import click

from archinspect.answers import remember
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
    text = run.emit(built, tensors=tensors)
    if built.root is None:
        return 3
    if run == Run(format="json") and not tensors and not built.transient:
        # Asked for in the same words again, it is only to be written: `archinspect.quick`.
        remember("blueprint", name, built.snapshot.files["config.json"].content, text)
    return 0
