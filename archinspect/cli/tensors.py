"""`archinspect tensors`: names, shapes and ties, without what the model does with them."""

from __future__ import annotations

import click

from archinspect.cli._run import Run, looks_at_models


@click.command("tensors")
@click.argument("name", metavar="MODEL")
@looks_at_models
def command(run: Run, name: str) -> int:
    """List the tensors that the modelling source builds from MODEL's config: names, shapes, ties.

    What torch would make on its meta device, from the source alone: constructors are followed, the forward is
    not. `blueprint` tells more. Exits with 3 when the model could not be looked at, or nothing was built.
    """
    from archinspect import pipeline

    with run.looking() as options:
        found = pipeline.list_tensors(run.named(name), options)
    run.emit(found)
    return 0 if found.problem is None else 3
