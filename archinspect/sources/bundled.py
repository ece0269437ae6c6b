"""The snapshot shipped with archinspect: small published files, each checked on every read."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from archinspect.errors import FetchError
from archinspect.records import (
    Check,
    Failure,
    Json,
    ListedFile,
    Origin,
    Snapshot,
    SourceFile,
    Target,
    git_blob_id,
)
from archinspect.sources.files import CONFIG

FOLDER: Final = Path(__file__).parent.parent / "snapshot"
MANIFEST: Final = "manifest.json"
CHECKS: Final[Mapping[str, Check]] = {
    "blob_id": "blob_id",
    "published_digest": "published_digest",
    "unverified": "unverified",
}


def read(target: Target, folder: Path = FOLDER) -> Snapshot:
    """The bundled files of `target.repo`; outcome `not_in_snapshot` when there are none.

    Every file's sha256 is compared with the manifest: one that differs is a problem of that file, and
    of the whole model when it is config.json. A target's revision is held against the manifest's.
    """
    origin = Origin("bundled", target.repo)
    try:
        entry = _manifest(folder, _stamp(folder)).get(target.repo)
    except FetchError as error:
        failure = Failure(error.code, str(error), error.hint)
        return Snapshot(target, "error", origin, error=failure)
    if entry is None:
        return _absent(target, origin, f"{target.repo} is not in the bundled snapshot")
    revision = entry.get("revision")
    if target.revision and revision and target.revision not in (revision, "main"):
        return _absent(target, origin, f"{target.repo} is bundled at {revision}, not {target.revision}")
    return _read_files(target, origin, folder / folder_name(target.repo), entry)


def repositories(folder: Path = FOLDER) -> tuple[str, ...]:
    """Every bundled repository, sorted; raises FetchError when the manifest cannot be read."""
    return tuple(sorted(_manifest(folder, _stamp(folder))))


def folder_name(repo: str) -> str:
    """`org/name` as a folder name."""
    return repo.replace("/", "--")


def _read_files(target: Target, origin: Origin, folder: Path, entry: Mapping[str, Json]) -> Snapshot:
    files: dict[str, SourceFile] = {}
    problems: dict[str, Failure] = {}
    for path, listed in entry["files"].items():
        try:
            files[path] = _read_file(folder / path, path, listed)
        except FetchError as error:
            problems[path] = Failure("integrity", str(error), error.hint)
    spoilt = problems.get(CONFIG)
    return Snapshot(
        target,
        "error" if spoilt else "read",
        origin,
        revision=entry.get("revision"),
        error=spoilt,
        files={} if spoilt else files,
        listing=_listing(entry),
        hub=entry.get("hub"),
        problems=problems,
        more=functools.partial(_no_more, target.repo),
    )


def _read_file(location: Path, path: str, listed: Mapping[str, Json]) -> SourceFile:
    hint = "reinstall archinspect"
    try:
        content = location.read_bytes()
    except OSError as error:
        raise FetchError(f"bundled {path} cannot be read: {error.strerror}", "error", hint) from None
    if hashlib.sha256(content).hexdigest() != listed["sha256"]:
        raise FetchError(f"bundled {path} was changed: its sha256 is not the manifest's", "error", hint)
    return SourceFile(path, content, listed["blob_id"] or git_blob_id(content), CHECKS[listed["check"]])


def _listing(entry: Mapping[str, Json]) -> dict[str, ListedFile] | None:
    listed = entry.get("listing")
    if listed is None:
        return None
    return {path: ListedFile(path, *values) for path, values in listed.items()}


def _absent(target: Target, origin: Origin, message: str) -> Snapshot:
    hint = "audit it from the Hub: leave out --bundled"
    return Snapshot(target, "not_in_snapshot", origin, error=Failure("not_in_snapshot", message, hint))


def _no_more(repo: str, path: str) -> SourceFile:
    raise FetchError(f"{path} of {repo} is not in the bundled snapshot", "not_in_snapshot")


def _stamp(folder: Path) -> int:
    """Changes when the manifest does, so that a refreshed one is read again."""
    try:
        return (folder / MANIFEST).stat().st_mtime_ns
    except OSError:
        return 0


@functools.lru_cache(maxsize=4)
def _manifest(folder: Path, stamp: int) -> Mapping[str, Mapping[str, Json]]:
    try:
        repositories: Mapping[str, Mapping[str, Json]] = json.loads((folder / MANIFEST).read_bytes())[
            "repositories"
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"the bundled snapshot's {MANIFEST} cannot be read: {type(error).__name__}"
        raise FetchError(message, "error", "reinstall archinspect") from None
    return repositories
