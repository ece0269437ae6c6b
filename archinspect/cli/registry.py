"""`archinspect registry`: check, refresh, pin."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from archinspect.cli._run import REGISTRY_OPTION, Run, looks_at_models

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archinspect.errors import Problem
    from archinspect.records import Diff, Failure

SHORT_ID = 12


@click.group("registry")
def command() -> None:
    """Check a registry, re-read the bundled snapshot, or pin revisions."""


@command.command("check")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
@REGISTRY_OPTION
def check(files: tuple[Path, ...], registry_file: Path | None) -> None:
    """Read each FILE strictly and report every mistake at once. Exits with 2 when there is one.

    Without FILE: the registry of --registry, of $ARCHINSPECT_REGISTRY, or the one shipped.
    """
    from archinspect import catalogue
    from archinspect.errors import RegistryError

    problems: list[Problem] = []
    for file in files or (registry_file,):
        try:
            known = catalogue.load_registry(file)
        except RegistryError as error:
            problems += error.problems
            continue
        click.echo(
            f"{known.file}: {len(known.models)} models, {len(known.all_claims())} claims, "
            f"{len(known.sources)} sources, no problem"
        )
    if problems:
        raise RegistryError(problems)


@command.command("refresh")
@click.argument("names", nargs=-1, metavar="[MODEL]...")
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@looks_at_models
def refresh(run: Run, names: tuple[str, ...], dry_run: bool) -> int:
    """Re-read the bundled snapshot from the Hub: files with their digests, commit by commit.

    Shows which files changed and which facts with them. What could not be read whole is left as it
    was; then the exit code is 3.
    """
    from archinspect import maintenance
    from archinspect import names as naming

    chosen = naming.select(run.known, names)
    with run.looking() as options:
        done = maintenance.refresh(chosen, options, write=not dry_run)
    for change in done.files:
        before, after = ((id or "none")[:SHORT_ID] for id in (change.before, change.after))
        _say(f"{change.repo} {change.path}: {before} -> {after}")
    for diff in done.facts:
        _say_facts(diff)
    _say_failures(done.skipped)
    _say(f"{len(done.files)} files changed{', nothing written' if dry_run else ''}")
    return 3 if done.skipped else 0


@command.command("pin")
@click.argument("names", nargs=-1, metavar="[MODEL]...")
@looks_at_models
def pin(run: Run, names: tuple[str, ...]) -> int:
    """Write the commits that the repositories are at now into the registry; comments are kept.

    Exits with 3 when a repository could not be asked.
    """
    from archinspect import maintenance
    from archinspect import names as naming

    chosen = naming.select(run.known, names)
    with run.looking() as options:
        done = maintenance.pin(run.known, chosen, options)
    for name in done.changed:
        _say(f"{name} = {done.revisions[name]}")
    _say_failures(done.failed)
    _say(f"{len(done.changed)} of {len(chosen)} models have a new revision in {run.known.file}")
    return 3 if done.failed else 0


def _say_facts(diff: Diff) -> None:
    for item in diff.differences:
        _say(f"{diff.right.snapshot.target.model} {item.name}: {item.left.value} -> {item.right.value}")


def _say_failures(failures: Mapping[str, Failure]) -> None:
    for name, failure in failures.items():
        _say(f"{name}: {failure.message}" + (f" -> {failure.hint}" if failure.hint else ""), err=True)


def _say(text: str, err: bool = False) -> None:
    from archinspect.report import clean

    click.echo(clean(text), err=err)
