"""One model's published files at one commit, and how sure we are of their bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import Struct, field

from archinspect.records.evidence import Json

Outcome = Literal[
    "read",
    "gated",
    "not_found_or_private",
    "offline",
    "rate_limited",
    "malformed",
    "not_in_snapshot",
    "error",
]
OriginKind = Literal["hub", "cache", "bundled", "local", "mirror", "proxy"]
Check = Literal["blob_id", "published_digest", "unverified"]


def git_blob_id(content: bytes) -> str:
    """The id git (and the Hub, for files outside LFS) gives these bytes: 40 hex digits."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


class Target(Struct, frozen=True):
    """What a source is asked for: one model by the name the user gave it."""

    model: str
    """Registry name, or what the user typed for an unregistered model."""
    repo: str
    """`org/name`; for a local folder its path."""
    revision: str | None = None
    """Commit, branch or tag; None is the default branch."""
    mirrors: tuple[str, ...] = ()
    """Repositories to read instead, only when `repo` is gated."""


class SourceFile(Struct, frozen=True):
    """One file's bytes and what they were compared with."""

    path: str
    content: bytes
    blob_id: str
    """git blob sha1 of the content, or the sha256 of an LFS file."""
    check: Check


class ListedFile(Struct, frozen=True):
    """One file as the Hub lists it: known to exist, not read."""

    path: str
    size: int | None
    blob_id: str | None
    """git blob sha1, or for LFS the sha256; None when masked or not listed."""
    lfs: bool = False


class Failure(Struct, frozen=True):
    """Why a model could not be looked at, and the user's next step."""

    code: str
    message: str
    hint: str | None = None


class Origin(Struct, frozen=True):
    """Where the bytes came from."""

    kind: OriginKind
    repo: str
    equals_official: bool | None = None
    """Bytes equal the official repository's: True or False when compared, None when they could not be."""


class Snapshot(Struct, frozen=True):
    """What a source gives for one target: files, listing and outcome; never an exception."""

    target: Target
    outcome: Outcome
    origin: Origin
    revision: str | None = None
    """The commit that was read, 40 hex digits; None when it is not known."""
    error: Failure | None = None
    files: Mapping[str, SourceFile] = field(default_factory=dict)
    listing: Mapping[str, ListedFile] | None = None
    """Every file of the repository by path; None when the source does not know them all."""
    hub: Mapping[str, Json] | None = None
    """The Hub's model info as received; None when the Hub was not asked."""
    headers: Mapping[str, bytes] = field(default_factory=dict)
    """safetensors file -> its JSON header, without the eight length bytes and without any tensor."""
    problems: Mapping[str, Failure] = field(default_factory=dict)
    """Files that exist but could not be looked at: path -> why."""
    more: Callable[[str], SourceFile] | None = None
    """Reads one further file of the same commit on demand (tokenizer.json); raises FetchError."""
    notes: tuple[str, ...] = ()
    """How it came to be read, for the user: a mirror in its stead, the age of a cached branch."""

    def has(self, path: str) -> bool | None:
        """Whether the repository has this file: None when this source cannot tell."""
        if path in self.files or path in self.problems:
            return True
        return None if self.listing is None else path in self.listing
