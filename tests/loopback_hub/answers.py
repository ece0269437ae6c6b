"""What the Hub answers to one request: status, headers and a body, before any fault."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from loopback_hub.repository import Big, Repository, Stored

if TYPE_CHECKING:
    from loopback_hub.server import LoopbackHub

RESOLVE = re.compile(r"/(?P<repo>[^/]+/[^/]+)/resolve/(?P<rev>[^/]+)/(?P<path>.+)")
CACHED = re.compile(r"/api/resolve-cache/models/(?P<repo>[^/]+/[^/]+)/(?P<rev>[^/]+)/(?P<path>.+)")
TREE = re.compile(r"/api/models/(?P<repo>[^/]+/[^/]+)/tree/(?P<rev>[^/]+)(?:/(?P<path>.+))?")
INFO = re.compile(r"/api/models/(?P<repo>[^/]+/[^/]+?)(?:/revision/(?P<rev>[^/]+))?")
LFS = re.compile(r"/lfs/(?P<digest>[0-9a-f]{64})")
RANGE = re.compile(r"bytes=(\d+)-(\d*)")
API_BUDGET = {"RateLimit": '"api";r=480;t=172', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'}
FILE_BUDGET = {
    "RateLimit": '"resolvers";r=2980;t=172',
    "RateLimit-Policy": '"fixed window";"resolvers";q=3000;w=300',
}


@dataclass
class Answer:
    """One response; `body` may be a file too large to hold."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Stored = b""

    @property
    def size(self) -> int:
        return len(self.body) if isinstance(self.body, bytes) else self.body.size


def answer(hub: LoopbackHub, target: str, headers: Mapping[str, str]) -> Answer:
    """Route one request to the hub's origin."""
    url = urlsplit(target)
    query = parse_qs(url.query)
    token = headers.get("authorization", "").removeprefix("Bearer ") or None
    if token and token not in hub.tokens:
        return _refusal(401, None, "Invalid credentials in Authorization header")
    for pattern, reply in ((CACHED, _resolved), (RESOLVE, _resolve), (TREE, _tree), (INFO, _info)):
        if match := pattern.fullmatch(url.path):
            parts = {name: part and unquote(part) for name, part in match.groupdict().items()}
            return reply(hub, parts, query, token, headers)
    return _refusal(404, None, "Not found")


def answer_lfs(hub: LoopbackHub, target: str, headers: Mapping[str, str]) -> Answer:
    """One request to the second origin, which serves LFS files by their digest."""
    match = LFS.fullmatch(urlsplit(target).path)
    for repository in hub.repositories.values() if match else ():
        for files in repository.commits.values():
            for file in files.values():
                if file.lfs and match and file.sha256 == match["digest"]:
                    return ranged(file, headers, {"ETag": f'"{file.sha256}"'})
    return Answer(403, {"Content-Type": "application/xml"}, b"<Error/>")


def ranged(file: Stored, headers: Mapping[str, str], extra: Mapping[str, str]) -> Answer:
    """The file, or the part of it that a Range header names."""
    common = {"Accept-Ranges": "bytes", "Content-Type": "application/octet-stream", **extra}
    match = RANGE.fullmatch(headers.get("range", ""))
    if match is None:
        return Answer(200, common, file)
    start = int(match[1])
    if start >= file.size:
        return Answer(416, {"Content-Range": f"bytes */{file.size}"})
    stop = min(int(match[2]) + 1 if match[2] else file.size, file.size)
    common["Content-Range"] = f"bytes {start}-{stop - 1}/{file.size}"
    body = b"".join(file.part(at, min(stop, at + 2**20)) for at in range(start, stop, 2**20))
    return Answer(206, common, body)


def _refusal(status: int, code: str | None, message: str, extra: Mapping[str, str] | None = None) -> Answer:
    headers = {"X-Error-Message": message, "Content-Type": "application/json", **(extra or {})}
    if code:
        headers["X-Error-Code"] = code
    return Answer(status, headers, json.dumps({"error": message}).encode())


def _find(
    hub: LoopbackHub, match: Mapping[str, str | None], token: str | None, files: bool
) -> tuple[Repository, str] | Answer:
    """The repository and commit a request means, or the refusal the Hub would send."""
    name = match["repo"] or ""
    for repository in hub.repositories.values():
        if repository.renamed_from == name:
            return Answer(307, {"renamed": repository.id})
    repository = hub.repositories.get(name) or Repository("", {})
    if not repository.id or (repository.private and token is None):
        if token is None:
            return _refusal(401, None, "Invalid username or password.")
        return _refusal(404, "RepoNotFound", "Repository not found")
    if files and repository.gated and not hub.accepts(token, repository.id):
        message = f"Access to model {repository.id} is restricted."
        return _refusal(403 if token else 401, "GatedRepo", message)
    sha = repository.resolve(match["rev"] or "main")
    if sha is None:
        return _refusal(404, "RevisionNotFound", f"Invalid rev id: {match['rev']}")
    return repository, sha


def _info(hub: LoopbackHub, match: Any, query: Any, token: str | None, headers: Any) -> Answer:
    found = _find(hub, match, token, files=False)
    if isinstance(found, Answer):
        if renamed := found.headers.pop("renamed", None):
            tail = f"/revision/{match['rev']}" if match["rev"] else ""
            found.headers["Location"] = f"/api/models/{renamed}{tail}"
        return found
    repository, sha = found
    body = json.dumps(repository.model_info(sha, "blobs" in query)).encode()
    return Answer(200, {"Content-Type": "application/json; charset=utf-8", **API_BUDGET}, body)


def _tree(hub: LoopbackHub, match: Any, query: Any, token: str | None, headers: Any) -> Answer:
    found = _find(hub, match, token, files=False)
    if isinstance(found, Answer):
        return found
    repository, sha = found
    entries = repository.tree(sha, match["path"] or "", "recursive" in query)
    if entries is None:
        return _refusal(404, "EntryNotFound", "Entry not found", {"X-Repo-Commit": sha})
    return Answer(200, {"Content-Type": "application/json", **API_BUDGET}, json.dumps(entries).encode())


def _resolve(hub: LoopbackHub, match: Any, query: Any, token: str | None, headers: Any) -> Answer:
    found = _find(hub, match, token, files=True)
    if isinstance(found, Answer):
        if renamed := found.headers.pop("renamed", None):
            found.headers["Location"] = f"/{renamed}/resolve/{match['rev']}/{match['path']}"
        return found
    repository, sha = found
    file = repository.commits[sha].get(match["path"])
    if file is None:
        return _refusal(404, "EntryNotFound", "Entry not found", {"X-Repo-Commit": sha})
    common = {"X-Repo-Commit": sha, **FILE_BUDGET}
    if file.lfs:
        linked = {"X-Linked-Etag": f'"{file.sha256}"', "X-Linked-Size": str(file.size)}
        return Answer(302, {**common, **linked, "Location": f"{hub.cdn}/lfs/{file.sha256}"})
    location = f"/api/resolve-cache/models/{repository.id}/{sha}/{match['path']}?etag=%22{file.etag}%22"
    linked = {"X-Linked-Etag": f'"{file.etag}"', "X-Linked-Size": str(file.size)}
    return Answer(307, {**common, **linked, "ETag": f'"{file.etag}"', "Location": location})


def _resolved(hub: LoopbackHub, match: Any, query: Any, token: str | None, headers: Any) -> Answer:
    found = _find(hub, match, token, files=True)
    if isinstance(found, Answer):
        return found
    repository, sha = found
    file = repository.commits[sha].get(match["path"])
    if file is None or file.lfs:
        return _refusal(404, "EntryNotFound", "Entry not found", {"X-Repo-Commit": sha})
    extra = {"X-Repo-Commit": sha, "ETag": f'"{file.etag}"', **FILE_BUDGET}
    return ranged(file, headers, extra)


def chunks(body: bytes | Stored | Big, size: int) -> Any:
    """The body in pieces."""
    if isinstance(body, bytes):
        yield body
        return
    at = 0
    while at < size:
        piece = body.part(at, size)
        yield piece
        at += len(piece)
