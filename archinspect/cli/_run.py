"""What every command that looks at models has in common: its options, and what follows from them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from archinspect.names import Named
    from archinspect.pipeline import Options
    from archinspect.records import Registry

TIMEOUT_SECONDS = 120.0

REGISTRY_OPTION = click.option(
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
        help="Write to this file, in the format of its suffix; repeatable.",
    ),
)
_LOOKING = (
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


class Run(Struct, frozen=True, dict=True):
    """One call of a command. The shared options, read once."""

    registry_file: Path | None = None
    format: str | None = None
    outputs: tuple[Path, ...] = ()
    bundled: bool = False
    offline: bool = False
    timeout: float = TIMEOUT_SECONDS
    jobs: int = 32
    transformers: Path | None = None
    quiet: bool = False
    verbose: bool = False

    @cached_property
    def known(self) -> Registry:
        """The registry. Raises RegistryError with every problem in it."""
        from archinspect import catalogue

        return catalogue.load_registry(self.registry_file)

    def named(self, name: str) -> Named:
        """What the user means by `name`. Raises UsageError."""
        from archinspect import names

        return names.resolve(name, self.known)

    @contextmanager
    def looking(self, **more: Any) -> Iterator[Options]:
        """The pipeline's options, with progress and notes on stderr while models are looked at."""
        from archinspect.cli._progress import watching
        from archinspect.pipeline import Options
        from archinspect.sources.options import FetchOptions

        if self.bundled and self.offline:
            raise click.UsageError(
                "--bundled (the snapshot) and --offline (the Hub cache) exclude each other"
            )
        options = Options(
            where="bundled" if self.bundled else "offline" if self.offline else "hub",
            fetch=FetchOptions(jobs=self.jobs, timeout=self.timeout),
            transformers=self.transformers,
        )
        with watching(replace(options, **more), self.quiet, self.verbose) as watched:
            yield watched

    def emit(self, result: object, **context: Any) -> str:
        """Write the result to standard output, and to the files asked for. Returns the first."""
        from archinspect.cli._emit import emit

        return emit(result, self.format, self.outputs, verbose=self.verbose, registry=self.known, **context)


def looks_at_models(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command all shared options; it receives them as one `run`."""
    return _collected(command, (REGISTRY_OPTION, *_OUTPUT, *_LOOKING))


def reads_registry(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of one that looks at no model."""
    return _collected(command, (REGISTRY_OPTION, *_OUTPUT))


def _collected(command: Callable[..., Any], options: tuple[Callable[..., Any], ...]) -> Callable[..., Any]:
    @functools.wraps(command)
    def with_run(**given: Any) -> Any:
        own = {name: value for name, value in given.items() if name not in Run.__struct_fields__}
        shared = {name: value for name, value in given.items() if name in Run.__struct_fields__}
        return command(run=Run(**shared), **own)

    for option in reversed(options):
        with_run = option(with_run)
    return with_run
