"""`archinspect cache`: what was learnt and where it is kept."""

from __future__ import annotations

import click


@click.group("cache")
def command() -> None:
    """Show or clear what archinspect has learnt. Published files are in the Hub's own cache."""


@command.command("info")
def info() -> None:
    """Say where the cache is and how much is in it."""
    from archinspect.cache_contents import contents

    found = contents()
    click.echo(f"{found.path}: {found.entries} entries, {found.bytes / 2**20:.1f} MiB")


@command.command("clear")
def clear() -> None:
    """Remove every entry; all of it can be learnt again."""
    from archinspect.cache_contents import clear as clear_all

    found = clear_all()
    click.echo(f"{found.path}: removed {found.entries} entries, {found.bytes / 2**20:.1f} MiB")
