"""`archinspect cache`: what was learnt and where it is kept."""

from __future__ import annotations

import click


@click.group("cache")
def command() -> None:
    """Show or clear what archinspect has learnt. Published files are in the Hub's own cache."""


@command.command("info")
def info() -> None:
    """Say where the cache is and how much is in it."""
    from archinspect import cache

    found = cache.info()
    click.echo(f"{found.path}: {found.entries} entries, {found.bytes / 2**20:.1f} MiB")


@command.command("clear")
def clear() -> None:
    """Remove every entry; all of it can be learnt again."""
    from archinspect import cache

    found = cache.clear()
    click.echo(f"{found.path}: removed {found.entries} entries, {found.bytes / 2**20:.1f} MiB")
