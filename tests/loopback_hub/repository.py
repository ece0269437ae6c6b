"""Repositories as the loopback Hub holds them: commits of files, access, and their model info."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LFS_SUFFIXES = (".safetensors", ".bin", ".gguf", ".model", "tokenizer.json")
MASK = "*" * 64


@dataclass(frozen=True)
class Big:
    """A file too large to hold: `head`, then zeros up to `size`; its sha256 is made up."""

    head: bytes
    size: int

    def part(self, start: int, stop: int) -> bytes:
        """Bytes [start, stop), at most a megabyte of them."""
        stop = min(stop, self.size, start + 2**20)
        head = self.head[start:stop]
        return head + b"\0" * (stop - start - len(head))


@dataclass(frozen=True)
class Stored:
    """One file of one commit, with what the Hub says about it."""

    content: bytes | Big
    lfs: bool

    @property
    def size(self) -> int:
        return self.content.size if isinstance(self.content, Big) else len(self.content)

    @property
    def blob_id(self) -> str:
        data = self.content.head if isinstance(self.content, Big) else self.content
        return hashlib.sha1(b"blob %d\0" % self.size + data).hexdigest()

    @property
    def sha256(self) -> str:
        data = self.content.head if isinstance(self.content, Big) else self.content
        return hashlib.sha256(data).hexdigest()

    @property
    def etag(self) -> str:
        return self.sha256 if self.lfs else self.blob_id

    def part(self, start: int, stop: int) -> bytes:
        if isinstance(self.content, Big):
            return self.content.part(start, stop)
        return self.content[start : min(stop, start + 2**20)]


@dataclass
class Repository:
    """One repository: `files` is the newest commit of main; `commit` adds another."""

    id: str
    files: Mapping[str, bytes | Big]
    gated: bool | str = False
    private: bool = False
    renamed_from: str | None = None
    info: dict[str, Any] = field(default_factory=dict)
    """Replaces or adds keys of the model info."""
    commits: dict[str, dict[str, Stored]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.commit(self.files)

    def commit(self, files: Mapping[str, bytes | Big], branch: str = "main") -> str:
        """Make these files the newest commit of a branch; its sha."""
        stored = {path: Stored(content, path.endswith(LFS_SUFFIXES)) for path, content in files.items()}
        text = self.id + repr([(path, file.etag) for path, file in sorted(stored.items())]) + branch
        sha = hashlib.sha1(text.encode()).hexdigest()
        self.commits[sha] = stored
        self.branches[branch] = sha
        return sha

    @property
    def sha(self) -> str:
        """The newest commit of main."""
        return self.branches["main"]

    def resolve(self, revision: str) -> str | None:
        """The commit of a branch or a sha."""
        return self.branches.get(revision, revision if revision in self.commits else None)

    def model_info(self, sha: str, blobs: bool) -> dict[str, Any]:
        """What GET /api/models/{id}/revision/{sha} answers."""
        siblings = [self._sibling(path, file, blobs) for path, file in sorted(self.commits[sha].items())]
        return {
            "_id": "0" * 24,
            "id": self.id,
            "modelId": self.id,
            "sha": sha,
            "private": self.private,
            "gated": self.gated,
            "disabled": False,
            "createdAt": "2025-02-19T01:00:58.000Z",
            "lastModified": "2025-05-01T15:27:45.000Z",
            "library_name": "transformers",
            "tags": ["transformers", "license:mit"],
            "cardData": {"license": "mit"},
            "siblings": siblings,
        } | self.info

    def tree(self, sha: str, folder: str, recursive: bool) -> list[dict[str, Any]] | None:
        """What GET /api/models/{id}/tree/{sha}/{folder} answers; None when there is no such folder."""
        prefix = f"{folder}/" if folder else ""
        inside = {path: file for path, file in self.commits[sha].items() if path.startswith(prefix)}
        if folder and not inside:
            return None
        return [
            {"type": "file", "oid": file.blob_id, "size": file.size, "path": path} | self._lfs(file, "oid")
            for path, file in sorted(inside.items())
            if recursive or "/" not in path[len(prefix) :]
        ]

    def _sibling(self, path: str, file: Stored, blobs: bool) -> dict[str, Any]:
        if not blobs:
            return {"rfilename": path}
        listed = {"rfilename": path, "blobId": file.blob_id, "size": file.size}
        return listed | self._lfs(file, "sha256")

    def _lfs(self, file: Stored, key: str) -> dict[str, Any]:
        if not file.lfs:
            return {}
        digest = MASK if self.gated else file.sha256
        return {"lfs": {key: digest, "size": file.size, "pointerSize": 134}}
