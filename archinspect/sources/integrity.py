"""Whether bytes are the ones that were listed."""

from __future__ import annotations

import hashlib

from archinspect.records import Check, ListedFile, SourceFile, git_blob_id
from archinspect.sources.trouble import SourceError


def verified(listed: ListedFile, content: bytes, what: str) -> SourceFile:
    """The file, with how far its bytes are proved; raises SourceError (`integrity`) when they differ.

    A gated repository's listing masks LFS digests: then only the size can be compared.
    """
    if listed.size is not None and len(content) != listed.size:
        raise SourceError("integrity", f"{what}: {len(content)} bytes came, {listed.size} are listed")
    actual = hashlib.sha256(content).hexdigest() if listed.lfs else git_blob_id(content)
    if listed.blob_id is not None and actual != listed.blob_id:
        raise SourceError("integrity", f"{what}: the bytes are {actual}, the Hub lists {listed.blob_id}")
    check: Check = "unverified" if listed.blob_id is None else "blob_id"
    return SourceFile(listed.path, content, actual, check)


def matches(blob_id: str, content: bytes) -> bool:
    """Whether content has this id: git's for 40 digits, sha256 for 64."""
    if len(blob_id) == 64:
        return hashlib.sha256(content).hexdigest() == blob_id
    return git_blob_id(content) == blob_id
