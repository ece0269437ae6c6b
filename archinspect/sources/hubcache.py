"""The standard Hub cache: read with proof, written so that huggingface_hub and transformers find it.

Layout: `models--org--name/{blobs/<id>, snapshots/<commit>/<path> -> ../../blobs/<id>, refs/<name>}`.
Every id is matched against its form before it becomes part of a path. Files are written to a temporary
name and renamed, so that other processes see whole files only; the ref is written last.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from archinspect.records import ListedFile, SourceFile
from archinspect.sources import integrity, modelinfo
from archinspect.sources.files import is_safe_path

_BLOB = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class HubCache:
    """One Hub cache folder; what cannot be written is passed over and said once in `refused`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.refused: str | None = None

    def commit(self, repo: str, revision: str | None) -> tuple[str, float] | None:
        """The commit a branch had when it was last resolved, and the seconds since; None if never."""
        name = revision or "main"
        if not modelinfo.is_revision(name):
            return None
        path = self._folder(repo) / "refs" / name
        try:
            sha = path.read_text("ascii").strip()
            age = max(0.0, time.time() - path.stat().st_mtime)
        except (OSError, ValueError):
            return None
        return (sha, age) if modelinfo.COMMIT.fullmatch(sha) else None

    def listing(self, repo: str, sha: str) -> list[str]:
        """The paths that are on disk for a commit: the top level and one folder below."""
        top = self._folder(repo) / "snapshots" / sha
        found: list[str] = []
        with contextlib.suppress(OSError):
            for entry in sorted(top.iterdir()):
                if entry.is_dir():
                    found += [f"{entry.name}/{inner.name}" for inner in sorted(entry.iterdir())]
                else:
                    found.append(entry.name)
        return found

    def read(self, repo: str, sha: str, path: str, cap: int) -> tuple[bytes, str | None] | None:
        """A cached file and the blob id its link names; None when it is not there, or not a plain file."""
        location = self._place(repo, sha, path)
        content = _read_plain(location, cap + 1) if location else None
        if location is None or content is None or len(content) > cap:
            return None
        blob = location.resolve().name if location.is_symlink() else None
        return content, blob if blob and _BLOB.fullmatch(blob) else None

    def start(self, repo: str, sha: str, listed: ListedFile, most: int) -> bytes | None:
        """The first bytes of a weight file, when the whole file lies in the cache."""
        for location in self._whole(repo, sha, listed):
            with contextlib.suppress(OSError):
                if location.stat().st_size == listed.size:
                    return _read_plain(location, most)
        return None

    def store(self, repo: str, sha: str, file: SourceFile) -> None:
        """Keep a file whose bytes have been proved; anything else is not stored."""
        location = self._place(repo, sha, file.path)
        fits = _BLOB.fullmatch(file.blob_id) and integrity.matches(file.blob_id, file.content)
        if location is None or not fits or file.check == "unverified":
            return
        with self._writing():
            blob = self._folder(repo) / "blobs" / file.blob_id
            if _read_plain(blob, len(file.content) + 1) != file.content:
                _replace(blob, file.content)
            _link(location, blob, file.content)

    def store_ref(self, repo: str, revision: str | None, sha: str) -> None:
        """Remember which commit a branch has now; a commit needs no ref."""
        name = revision or "main"
        if not modelinfo.is_revision(name) or not modelinfo.COMMIT.fullmatch(sha) or name == sha:
            return
        with self._writing():
            _replace(self._folder(repo) / "refs" / name, sha.encode())

    def _folder(self, repo: str) -> Path:
        if not modelinfo.is_repo(repo):
            raise ValueError(f"not a repository id: {repo!r}")
        return self.root / f"models--{repo.replace('/', '--')}"

    def _place(self, repo: str, sha: str, path: str) -> Path | None:
        if not modelinfo.COMMIT.fullmatch(sha) or not is_safe_path(path):
            return None
        return self._folder(repo) / "snapshots" / sha / path

    def _whole(self, repo: str, sha: str, listed: ListedFile) -> Iterator[Path]:
        if listed.blob_id and _BLOB.fullmatch(listed.blob_id):
            yield self._folder(repo) / "blobs" / listed.blob_id
        if place := self._place(repo, sha, listed.path):
            yield place

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or type(error).__name__
            self.refused = f"the Hub cache at {self.root} cannot be written: {reason}"


def _read_plain(location: Path, most: int) -> bytes | None:
    """Up to `most` bytes of a regular file; None for everything else."""
    try:
        if not stat.S_ISREG(location.stat().st_mode):
            return None
        with location.open("rb") as stream:
            return stream.read(most)
    except OSError:
        return None


def _replace(location: Path, content: bytes) -> None:
    location.parent.mkdir(parents=True, exist_ok=True)
    temporary = location.with_name(f"{location.name}.{secrets.token_hex(4)}.incomplete")
    try:
        temporary.write_bytes(content)
        temporary.replace(location)
    finally:
        temporary.unlink(missing_ok=True)


def _link(location: Path, blob: Path, content: bytes) -> None:
    """Make the snapshot's entry: a relative link, or the file itself where links do not exist."""
    location.parent.mkdir(parents=True, exist_ok=True)
    aim = os.path.relpath(blob, location.parent)
    if location.is_symlink() and os.readlink(location) == aim:  # noqa: PTH115  (Path.readlink normalises)
        return
    temporary = location.with_name(f"{location.name}.{secrets.token_hex(4)}.incomplete")
    try:
        temporary.symlink_to(aim)
        temporary.replace(location)
    except (OSError, NotImplementedError):
        _replace(location, content)
    finally:
        temporary.unlink(missing_ok=True)
