"""A copy of a gated model, read in its stead and held against the official listing.

A gated repository's files cannot be read, but its listing is public: the git ids of its small files
prove a copy. The digests of its LFS files are masked, so a copy of those stays unverified.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from archinspect.records import ListedFile, Origin, Snapshot, SourceFile, Target
from archinspect.sources.files import select
from archinspect.sources.repository_read import RepositoryRead


def snapshot(target: Target, official: RepositoryRead, mirror: RepositoryRead) -> Snapshot:
    """The mirror's files as the target's, each `blob_id` only when it equals the official one."""
    assert mirror.info is not None
    listing: Mapping[str, ListedFile] = official.info.listing if official.info else {}
    equal = {path: _equal(listing.get(path), file) for path, file in sorted(mirror.files.items())}
    absent = [path for path in select(listing, code=False) if path not in mirror.files]
    return Snapshot(
        target,
        "read",
        Origin("mirror", mirror.info.repo, _verdict(equal, absent)),
        revision=mirror.info.sha,
        files={path: _labelled(file, equal[path]) for path, file in sorted(mirror.files.items())},
        listing=mirror.info.listing,
        hub=official.info.raw if official.info else None,
        headers=dict(sorted(mirror.headers.items())),
        problems=dict(mirror.problems),
        notes=tuple(_notes(target.repo, mirror.info.repo, listing, equal, absent)),
    )


def _equal(listed: ListedFile | None, file: SourceFile) -> bool | None:
    """Whether the official file has these bytes; None when its digest is masked."""
    if listed is None:
        return False
    if listed.blob_id is not None and len(listed.blob_id) == len(file.blob_id):
        return listed.blob_id == file.blob_id
    if listed.size is not None and listed.size != len(file.content):
        return False
    return None


def _labelled(file: SourceFile, equal: bool | None) -> SourceFile:
    return file if equal else replace(file, check="unverified")


def _verdict(equal: Mapping[str, bool | None], absent: list[str]) -> bool | None:
    if absent or False in equal.values():
        return False
    return True if equal and all(equal.values()) else None


def _notes(
    repo: str,
    mirror: str,
    listing: Mapping[str, ListedFile],
    equal: Mapping[str, bool | None],
    absent: list[str],
) -> list[str]:
    notes = [f"{repo} is gated; read from its mirror {mirror}"]
    if differ := [path for path, same in equal.items() if same is False and path in listing]:
        notes.append(f"not the official bytes: {', '.join(differ)}")
    if added := [path for path in equal if path not in listing]:
        notes.append(f"not in the official repository: {', '.join(added)}")
    if masked := [path for path, same in equal.items() if same is None]:
        notes.append(f"the official digest is masked, so the copy is unproved: {', '.join(masked)}")
    if absent:
        notes.append(f"missing from the mirror: {', '.join(absent)}")
    return notes
