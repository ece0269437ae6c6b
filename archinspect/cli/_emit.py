"""Writes a result: to standard output in one format, and to any number of files in others."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from archinspect.errors import ArchinspectError, UsageError

if TYPE_CHECKING:
    from archinspect.records import Audit, Registry

DEFAULT_FORMAT = "table"


def emit(
    result: object,
    format: str | None,
    outputs: Sequence[Path],
    *,
    verbose: bool = False,
    registry: Registry | None = None,
    fact: str | None = None,
    tensors: bool = False,
    audit: Audit | None = None,
) -> str:
    """Render and write; returns what standard output got.

    Raises UsageError for an unknown format or a file that cannot be written.
    """
    from archinspect import catalogue
    from archinspect.report import format_for, render, terminal_view
    from archinspect.versions import all_versions

    is_terminal = sys.stdout.isatty()
    view = replace(
        terminal_view(os.environ, is_terminal, _columns() if is_terminal else 0),
        verbose=verbose,
        registry=registry,
        fact=fact,
        tensors=tensors,
        audit=audit,
        families=_Later(catalogue.families),
        versions=_Later(all_versions),
    )
    plain = replace(view, colour=False)
    files = [(path, render(result, format_for(path), plain)) for path in outputs]
    text = render(result, format or DEFAULT_FORMAT, view)
    for path, content in files:
        _write(path, content)
    _print(text, view.colour)
    return text


def _columns() -> int:
    import shutil

    return shutil.get_terminal_size().columns


def _print(text: str, colour: bool) -> None:
    try:
        click.echo(text, nl=not text.endswith("\n"), color=colour)
        sys.stdout.flush()
    except BrokenPipeError:
        raise  # whoever reads has seen enough
    except OSError as error:
        raise ArchinspectError(
            f"standard output cannot be written: {error.strerror}", "write to a file with -o"
        ) from error


class _Later(Mapping[str, str]):
    """A mapping that is made when it is first looked into: many reports never do."""

    def __init__(self, make: Callable[[], Mapping[str, str]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Mapping[str, str]:
        return self._make()

    def __getitem__(self, name: str) -> str:
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}", "name a file in a folder that exists"
        ) from error
