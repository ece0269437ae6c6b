"""A model folder on disk: a fine-tune, a checkout, a converted checkpoint."""

from __future__ import annotations

import functools
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from archinspect.errors import FetchError
from archinspect.records import (
    Failure,
    ListedFile,
    Origin,
    Outcome,
    Snapshot,
    SourceFile,
    Target,
    git_blob_id,
)
from archinspect.sources import headers
from archinspect.sources.files import CONFIG, select, wanted, weight_files

MOST_ENTRIES = 20_000
SUBFOLDER = "additional_chat_templates"


def read(target: Target) -> Snapshot:
    """Everything archinspect reads of the folder `target.repo`: small files, code, weight headers.

    Only regular files are opened, each up to its cap; of safetensors files the header only. Nothing on
    disk has a published digest, so every file is `unverified`.
    """
    origin = Origin("local", target.repo)
    folder = Path(target.repo).expanduser()
    try:
        listing = _list(folder)
    except OSError as error:
        message = f"{target.repo} cannot be read: {error.strerror or type(error).__name__}"
        hint = "give the path of a folder that holds config.json"
        return Snapshot(target, "error", origin, error=Failure("unreadable", message, hint))
    files: dict[str, SourceFile] = {}
    found: dict[str, bytes] = {}
    problems: dict[str, Failure] = {}
    for path in select(listing, code=True):
        with _noting(problems, path):
            files[path] = _read(folder, path)
    for path in weight_files(listing):
        with _noting(problems, path):
            found[path] = _read_header(folder, path)
    outcome, failure = _verdict(target, listing, problems)
    return Snapshot(
        target,
        outcome,
        origin,
        error=failure,
        files=files if outcome == "read" else {},
        listing=listing,
        headers=found if outcome == "read" else {},
        problems=problems,
        more=functools.partial(_read, folder),
    )


class _noting:  # noqa: N801  (reads as a verb where it is used)
    """Turns a FetchError inside the block into a problem of that file."""

    def __init__(self, problems: dict[str, Failure], path: str) -> None:
        self.problems, self.path = problems, path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, FetchError):
            self.problems[self.path] = Failure(error.code, str(error), error.hint)
        return isinstance(error, FetchError)


def _verdict(
    target: Target, listing: dict[str, ListedFile], problems: dict[str, Failure]
) -> tuple[Outcome, Failure | None]:
    if CONFIG in problems:
        return ("malformed" if problems[CONFIG].code == "too_large" else "error"), problems[CONFIG]
    if CONFIG not in listing:
        what = "is an empty folder" if not listing else f"holds {len(listing)} files but no {CONFIG}"
        hint = "give the folder that save_pretrained wrote; an adapter has to be merged first"
        return "malformed", Failure("no_config", f"{target.repo} {what}", hint)
    return "read", None


def _list(folder: Path) -> dict[str, ListedFile]:
    listing: dict[str, ListedFile] = {}
    for path, size in _scan(folder, ""):
        listing[path] = ListedFile(path, size, None)
        if len(listing) >= MOST_ENTRIES:
            break
    templates = folder / SUBFOLDER
    if templates.is_dir():
        listing |= {path: ListedFile(path, size, None) for path, size in _scan(templates, f"{SUBFOLDER}/")}
    return listing


def _scan(folder: Path, prefix: str) -> Iterator[tuple[str, int | None]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                status = entry.stat()
            except OSError:  # a dangling link still is a file that should be there
                yield prefix + entry.name, None
                continue
            if not stat.S_ISDIR(status.st_mode):
                yield prefix + entry.name, status.st_size


def _read(folder: Path, path: str) -> SourceFile:
    row = wanted(path)
    if row is None:
        raise FetchError(f"{path} is not a kind of file that is read", "error")
    content = _open_regular(folder / path, path, row.cap + 1)
    if len(content) > row.cap:
        message = f"{path} is larger than the {row.cap} bytes that are read of it"
        raise FetchError(message, "too_large", "no genuine file of this name is that large")
    return SourceFile(path, content, git_blob_id(content), "unverified")


def _read_header(folder: Path, path: str) -> bytes:
    size = (folder / path).stat().st_size if (folder / path).exists() else None
    start = _open_regular(folder / path, path, headers.PREFIX_BYTES)
    length = headers.header_length(start, path, size)
    start = _open_regular(folder / path, path, headers.PREFIX_BYTES + length)
    header = headers.complete_header(start, path, size)
    _accepted_by_the_library(folder / path, path)
    return header


def _accepted_by_the_library(location: Path, path: str) -> None:
    """Raise FetchError when the safetensors library, which everybody loads with, refuses the file.

    It maps the file and validates the header; no tensor is read.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(location), framework="numpy"):
            pass
    except SafetensorError as error:
        message = f"{path} is refused by the safetensors library: {error!s:.200}"
        raise FetchError(message, "malformed", "the file is damaged or incomplete; copy it again") from None
    except OSError as error:
        raise FetchError(f"{path} cannot be read: {error.strerror or error}", "error") from None


def _open_regular(location: Path, path: str, most: int) -> bytes:
    """Up to `most` bytes; refuses pipes and devices, which could block for ever."""
    try:
        if not stat.S_ISREG(location.stat().st_mode):
            raise FetchError(f"{path} is not a regular file", "error")
        with location.open("rb") as stream:
            return stream.read(most)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FetchError(f"{path} cannot be read: {reason}", "error") from None
