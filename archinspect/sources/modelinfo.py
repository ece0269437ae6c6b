"""The Hub's model info: commit, listing with digests, access; nothing in it is taken for granted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from archinspect.records import Json, ListedFile
from archinspect.sources.trouble import SourceError, plain

COMMIT: Final = re.compile(r"[0-9a-f]{40}")
REPO: Final = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,95}/)?[A-Za-z0-9_][A-Za-z0-9._-]{0,95}")
REVISION: Final = re.compile(r"[^\x00-\x20\x7f~^:?*\[\\]{1,240}")
MOST_FILES: Final = 200_000

_DIGEST = re.compile(r"[0-9a-f]{64}")


class ModelInfo(Struct, frozen=True):
    """What was listed at one commit."""

    repo: str
    """The repository's present id; differs from the one asked for when it was renamed."""
    sha: str
    gated: bool
    listing: Mapping[str, ListedFile]
    raw: Mapping[str, Json]
    """As received."""


def parse(content: bytes, what: str, revision: str | None) -> ModelInfo:
    """Read a model info; raises SourceError (`bad_answer`) when it is not one, or is of another commit."""
    try:
        raw = json.loads(content)
    except (ValueError, RecursionError):
        start = plain(content[:60].decode("utf-8", "replace"))
        raise SourceError("bad_answer", f"{what}: the answer is not JSON but begins {start!r}") from None
    if not isinstance(raw, dict):
        raise SourceError("bad_answer", f"{what}: the answer is a {type(raw).__name__}, not an object")
    return from_json(raw, what, revision)


def from_json(raw: Mapping[str, Json], what: str, revision: str | None) -> ModelInfo:
    """As `parse`, from parsed JSON."""
    sha, repo, siblings = raw.get("sha"), raw.get("id") or raw.get("modelId"), raw.get("siblings")
    if not isinstance(sha, str) or not COMMIT.fullmatch(sha):
        raise SourceError("bad_answer", f"{what}: the model info's sha is {plain(repr(sha))}, not a commit")
    if not isinstance(repo, str) or not is_repo(repo):
        raise SourceError("bad_answer", f"{what}: the model info's id is {plain(repr(repo))}")
    if not isinstance(siblings, list) or len(siblings) > MOST_FILES:
        raise SourceError("bad_answer", f"{what}: the model info lists no files")
    if revision and COMMIT.fullmatch(revision) and revision != sha:
        raise SourceError("bad_answer", f"{what}: asked for commit {revision}, the answer is about {sha}")
    listing: dict[str, ListedFile] = {}
    for sibling in siblings:
        listed = _listed(sibling)
        if listed:
            listing.setdefault(listed.path, listed)
    return ModelInfo(repo, sha, bool(raw.get("gated")), listing, raw)


def is_repo(repo: str) -> bool:
    """Whether this can be a repository's id (and a folder's name)."""
    return bool(REPO.fullmatch(repo)) and ".." not in repo and "--" not in repo and not repo.endswith(".git")


def is_revision(revision: str) -> bool:
    """Whether this can be a branch, tag or commit (and a path below `refs`)."""
    parts = revision.split("/")
    return bool(REVISION.fullmatch(revision)) and all(part.strip(".") and ".." not in part for part in parts)


def _listed(sibling: Json) -> ListedFile | None:
    if not isinstance(sibling, dict) or not isinstance(sibling.get("rfilename"), str):
        return None
    lfs = sibling.get("lfs")
    if isinstance(lfs, dict):
        size, digest, pattern = lfs.get("size", sibling.get("size")), lfs.get("sha256"), _DIGEST
    else:
        size, digest, pattern = sibling.get("size"), sibling.get("blobId"), COMMIT
    return ListedFile(
        sibling["rfilename"],
        size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
        digest if isinstance(digest, str) and pattern.fullmatch(digest) else None,
        lfs=isinstance(lfs, dict),
    )
