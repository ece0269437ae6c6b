"""`archinspect show`: one model's facts."""

from __future__ import annotations

import click

from archinspect.cli._run import Run, looks_at_models


@click.command("show")
@click.argument("name", metavar="MODEL")
@click.option("--fact", help="Explain this fact: every witness, its place and what it says.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Leave out findings of this rule; repeatable.")
@looks_at_models
def command(run: Run, name: str, fact: str | None, ignore: tuple[str, ...]) -> int:
    """Show what MODEL is: each fact with its evidence, each unknown with its reason.

    Exits with 3 when the model could not be looked at.
    """
    from archinspect import catalogue, pipeline

    catalogue.check_choices((), ignore)
    catalogue.check_facts([fact] if fact is not None else [])
    with run.looking(ignore=ignore) as options:
        (report,) = pipeline.read_models([run.named(name)], options)
    run.emit(report, fact=fact)
    return 0 if report.facts else 3
