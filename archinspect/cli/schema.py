"""`archinspect schema`: the shape of the JSON reports."""

from __future__ import annotations

import click


@click.command("schema")
@click.argument("kind", default="audit")
def command(kind: str) -> None:
    """Print the JSON schema of a report: KIND is audit (default), model, diff, table ..."""
    from archinspect.report import schema

    click.echo(schema(kind))
