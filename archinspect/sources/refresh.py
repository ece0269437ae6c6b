"""Re-read the bundled snapshot from the Hub, and the commits to pin.

What is written is what `bundled.read` checks: the files, and one manifest with their digests, the
commit, the listing and the parts of the model info that facts are derived from.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from archinspect.errors import UsageError
from archinspect.records import Failure, Json, Snapshot
from archinspect.sources import bundled
from archinspect.sources.files import select

INFO_KEYS: Final = (
    "id",
    "sha",
    "createdAt",
    "lastModified",
    "gated",
    "library_name",
    "pipeline_tag",
    "safetensors",
)
CARD_KEYS: Final = ("license", "license_name", "license_link", "base_model", "base_model_relation")


class FileChange(Struct, frozen=True):
    """One file that is new, gone or different: ids are None on the side where it is not."""

    repo: str
    path: str
    before: str | None
    after: str | None


class Refreshed(Struct, frozen=True):
    """What became of the snapshot; `before` and `after` pair up for comparing facts."""

    before: tuple[Snapshot, ...]
    after: tuple[Snapshot, ...]
    changes: tuple[FileChange, ...]
    skipped: Mapping[str, Failure]
    """Repositories left as they were, because they could not be read whole."""


def refresh(snapshots: Sequence[Snapshot], folder: Path = bundled.FOLDER, write: bool = True) -> Refreshed:
    """Put freshly read snapshots in the place of the bundled ones.

    A repository that was not read whole from the Hub itself (failed, a mirror, a file missing) is left
    as it was. With `write` False nothing is written. Raises UsageError when the folder is not writable.
    """
    fresh = {snapshot.target.repo: snapshot for snapshot in snapshots}
    skipped = {repo: why for repo, snapshot in fresh.items() if (why := _unfit(snapshot))}
    after = tuple(snapshot for repo, snapshot in fresh.items() if repo not in skipped)
    before = tuple(bundled.read(snapshot.target, folder) for snapshot in after)
    changes = tuple(change for old, new in zip(before, after, strict=True) for change in _changes(old, new))
    if write and after:
        try:
            _write(after, folder)
        except OSError as error:
            hint = "refresh the snapshot of a checkout; an installed one belongs to its package"
            raise UsageError(f"{folder} cannot be written: {error.strerror}", hint) from None
    return Refreshed(before, after, changes, skipped)


def revisions(snapshots: Iterable[Snapshot]) -> dict[str, str]:
    """Model -> the commit its official repository has now; those that could not be asked are left out.

    A gated repository's commit is public, so that it can be pinned without access.
    """
    return {
        snapshot.target.model: snapshot.revision
        for snapshot in snapshots
        if snapshot.revision and snapshot.origin.kind == "hub" and snapshot.outcome in ("read", "gated")
    }


def _unfit(snapshot: Snapshot) -> Failure | None:
    if snapshot.error:
        return snapshot.error
    if snapshot.origin.kind not in ("hub", "cache") or not snapshot.revision or snapshot.hub is None:
        return Failure("not_official", f"{snapshot.target.repo} was read from {snapshot.origin.repo}")
    return next((why for path, why in snapshot.problems.items() if path in _kept(snapshot)), None)


def _kept(snapshot: Snapshot) -> list[str]:
    return select([*snapshot.files, *snapshot.problems], code=False)


def _changes(old: Snapshot, new: Snapshot) -> Iterable[FileChange]:
    ids = {path: file.blob_id for path, file in old.files.items()}
    now = {path: new.files[path].blob_id for path in _kept(new)}
    for path in sorted(ids.keys() | now.keys()):
        if ids.get(path) != now.get(path):
            yield FileChange(new.target.repo, path, ids.get(path), now.get(path))


def _write(snapshots: Iterable[Snapshot], folder: Path) -> None:
    location = folder / bundled.MANIFEST
    try:
        manifest = json.loads(location.read_bytes())
    except FileNotFoundError:
        manifest = {"schema_version": 1, "repositories": {}}
    for snapshot in snapshots:
        repo = snapshot.target.repo
        place = folder / bundled.folder_name(repo)
        for path in _kept(snapshot):
            _replace(place / path, snapshot.files[path].content)
        for gone in manifest["repositories"].get(repo, {}).get("files", {}).keys() - snapshot.files.keys():
            (place / gone).unlink(missing_ok=True)
        manifest["repositories"][repo] = _entry(snapshot)
    manifest["repositories"] = dict(sorted(manifest["repositories"].items()))
    _replace(location, (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode())


def _entry(snapshot: Snapshot) -> dict[str, Json]:
    listing = snapshot.listing or {}
    return {
        "revision": snapshot.revision,
        "files": {path: _file_entry(snapshot, path) for path in sorted(_kept(snapshot))},
        "hub": _info(snapshot.hub or {}),
        "listing": {path: [file.size, file.blob_id, file.lfs] for path, file in sorted(listing.items())},
    }


def _file_entry(snapshot: Snapshot, path: str) -> dict[str, Json]:
    file = snapshot.files[path]
    return {
        "sha256": hashlib.sha256(file.content).hexdigest(),
        "blob_id": file.blob_id,
        "bytes": len(file.content),
        "check": file.check,
        "digest": "listed by the Hub at this commit" if file.check == "blob_id" else None,
        "revision": snapshot.revision,
        "source": f"hub:{snapshot.origin.repo}@{snapshot.revision}",
    }


def _info(raw: Mapping[str, Json]) -> dict[str, Json]:
    kept = {key: raw[key] for key in INFO_KEYS if key in raw}
    card = raw.get("cardData")
    if isinstance(card, dict):
        kept["cardData"] = {key: card[key] for key in CARD_KEYS if key in card}
    return kept


def _replace(location: Path, content: bytes) -> None:
    location.parent.mkdir(parents=True, exist_ok=True)
    temporary = location.with_name(f"{location.name}.{secrets.token_hex(4)}.incomplete")
    try:
        temporary.write_bytes(content)
        temporary.replace(location)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
