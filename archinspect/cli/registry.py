"""`archinspect registry`: check, refresh, pin."""

from __future__ import annotations

from pathlib import Path

import click

from archinspect.cli._run import REGISTRY_OPTION


@click.group("registry")
def command() -> None:
    """Check a registry, re-read the bundled snapshot, or pin revisions."""


@command.command("check")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@REGISTRY_OPTION
def check(file: Path | None, registry_file: Path | None) -> None:
    """Read FILE strictly and report every mistake at once. Exits with 2 when there is one."""
    from archinspect import pipeline

    known = pipeline.load_registry(file or registry_file)
    click.echo(
        f"{known.file}: {len(known.models)} models, {len(known.all_claims())} claims, "
        f"{len(known.sources)} sources, no problem"
    )
