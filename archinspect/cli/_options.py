"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from archinspect.pipeline import Options

F = TypeVar("F", bound=Callable[..., Any])
TIMEOUT_SECONDS = 120.0

registry_option = click.option(
    "--registry",
    "registry_file",
    type=click.Path(path_type=Path),
    help="Registry to use instead of the one shipped; also $ARCHINSPECT_REGISTRY.",
)

_OUTPUT = (
    click.option("--format", "format", help="How to write to standard output; table by default."),
    click.option(
        "-o",
        "--output",
        "outputs",
        multiple=True,
        type=click.Path(path_type=Path, dir_okay=False),
        help="Also write to this file, in the format of its suffix; repeatable.",
    ),
)

_FETCHING = (
    click.option("--bundled", is_flag=True, help="Read the snapshot shipped with archinspect; no network."),
    click.option("--offline", is_flag=True, help="Read the Hub cache only; no network."),
    click.option(
        "--timeout",
        type=click.FloatRange(min=1),
        default=TIMEOUT_SECONDS,
        show_default=True,
        help="Seconds the whole run may spend on the network.",
    ),
    click.option(
        "--jobs",
        type=click.IntRange(1, 256),
        default=32,
        show_default=True,
        help="Requests under way at once.",
    ),
    click.option(
        "--transformers",
        type=click.Path(exists=True, path_type=Path),
        metavar="FOLDER|WHEEL",
        help="Read this transformers instead of the installed one.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="No progress and no notes on stderr."),
    click.option("-v", "--verbose", is_flag=True, help="More detail; lists the requests on stderr."),
)


def fetching(command: F) -> F:
    """The options that say where and how models are looked at."""
    for option in reversed(_FETCHING):
        command = option(command)
    return command


def output_options(command: F) -> F:
    """The options that say in which formats a result is written, and where to."""
    for option in reversed(_OUTPUT):
        command = option(command)
    return command


def options_of(
    bundled: bool, offline: bool, timeout: float, jobs: int, transformers: Path | None, **more: Any
) -> Options:
    """The pipeline's options for what was given on the command line."""
    from archinspect.pipeline import Options
    from archinspect.sources import FetchOptions

    if bundled and offline:
        raise click.UsageError(
            "--bundled and --offline exclude each other: one is the snapshot, one the Hub cache"
        )
    where = "bundled" if bundled else "offline" if offline else "hub"
    return Options(
        where=where,
        fetch=FetchOptions(jobs=jobs, timeout=timeout, offline=offline),
        transformers=transformers,
        **more,
    )
