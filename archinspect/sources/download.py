"""Single files of one commit: from the Hub cache when their bytes are right, else over the network."""

from __future__ import annotations

import base64
import re
import zlib
from typing import Final
from urllib.parse import quote

from archinspect import cache
from archinspect.records import Json, ListedFile, SourceFile
from archinspect.sources import headers, integrity, modelinfo
from archinspect.sources.files import LARGEST_HEADER_BYTES, LARGEST_MODEL_INFO_BYTES, wanted
from archinspect.sources.hubcache import HubCache
from archinspect.sources.modelinfo import ModelInfo
from archinspect.sources.pace import Deadline
from archinspect.sources.session import Settings
from archinspect.sources.transport import Ask, Reply, Transport
from archinspect.sources.trouble import SourceError

INFO_KIND: Final = "model-info"
HEADER_KIND: Final = "safetensors-header"

_CACHED_AT = re.compile(r"/api/resolve-cache/models/[^?]+?/([0-9a-f]{40})/config\.json(?:\?|$)")


class Downloader:
    """Gets model infos, files and headers; remembers them in the caches."""

    def __init__(self, settings: Settings, transport: Transport, hub_cache: HubCache) -> None:
        self.settings = settings
        self.transport = transport
        self.cache = hub_cache

    def info(self, repo: str, revision: str | None, deadline: Deadline) -> ModelInfo:
        """The model info now, one request; kept per commit."""
        tail = f"/revision/{quote(revision, safe='')}" if revision else ""
        url = f"{self.settings.endpoint}/api/models/{repo}{tail}?blobs=true"
        what = f"{repo}@{revision}" if revision else repo
        parsed: list[ModelInfo] = []

        def check(reply: Reply) -> None:
            parsed[:] = [modelinfo.parse(reply.body, what, revision)]

        ask = Ask(url, what, "api", LARGEST_MODEL_INFO_BYTES, follow="same")
        self.transport.get(ask, deadline, check)
        self.remember(repo, parsed[0])
        return parsed[0]

    def head(self, repo: str, revision: str | None, deadline: Deadline) -> str | None:
        """The commit a branch has now, by one request of the larger budget; None if that does not say."""
        url = f"{self.settings.endpoint}/{repo}/resolve/{quote(revision or 'main', safe='')}/config.json"
        accept = frozenset({200, 302, 307})
        ask = Ask(url, f"{repo}", "resolvers", 0, method="HEAD", accept=accept, follow="none")
        try:
            answered = self.transport.get(ask, deadline).headers
        except SourceError as error:
            if error.kind in ("unreachable", "timeout", "rate_limited", "offline_mode"):
                raise
            return None
        named = _CACHED_AT.search(answered.get("location", ""))
        commit = answered.get("x-repo-commit") or (named[1] if named else "")
        return commit if modelinfo.COMMIT.fullmatch(commit) else None

    def known_info(self, repo: str, sha: str) -> ModelInfo | None:
        """The model info of a commit as it was once received."""
        raw = cache.load(INFO_KIND, self._info_key(repo, sha))
        try:
            return modelinfo.from_json(raw, repo, sha) if isinstance(raw, dict) else None
        except SourceError:
            return None

    def remember(self, repo: str, info: ModelInfo) -> None:
        raw: Json = dict(info.raw)
        cache.store(INFO_KIND, self._info_key(repo, info.sha), raw)

    def cached_file(self, repo: str, sha: str, listed: ListedFile) -> SourceFile | None:
        """The file from the Hub cache, if its bytes are the listed ones."""
        found = self.cache.read(repo, sha, listed.path, _cap(listed))
        if found is None:
            return None
        try:
            return integrity.verified(listed, found[0], listed.path)
        except SourceError:
            return None

    def file(self, repo: str, info: ModelInfo, listed: ListedFile, deadline: Deadline) -> SourceFile:
        """One whole file, compared with the listing and kept in the Hub cache; raises SourceError."""
        what = f"{listed.path} of {repo}"
        if (found := self.cached_file(repo, info.sha, listed)) is not None:
            return found
        files: list[SourceFile] = []

        def check(reply: Reply) -> None:
            files[:] = [integrity.verified(listed, reply.body, what)]

        cap = _cap(listed)
        most = cap if listed.size is None else listed.size
        if most > cap:
            raise SourceError("too_large", f"{what} is {most} bytes; at most {cap} are read")
        self.transport.get(Ask(self._url(info, listed), what, "resolvers", most), deadline, check)
        self.cache.store(repo, info.sha, files[0])
        return files[0]

    def header(self, repo: str, info: ModelInfo, listed: ListedFile, deadline: Deadline) -> bytes:
        """A safetensors header: from our cache, from a whole file in the Hub cache, or by Range."""
        if (known := self.known_header(repo, info.sha, listed)) is not None:
            return known
        fetched = self._header_by_range(repo, info, listed, deadline)
        if headers.spans_file(fetched, listed.size):  # what is kept for good must at least add up
            packed = base64.b85encode(zlib.compress(fetched, 6)).decode("ascii")
            cache.store(HEADER_KIND, self._header_key(repo, info.sha, listed), packed)
        return fetched

    def known_header(self, repo: str, sha: str, listed: ListedFile) -> bytes | None:
        """A header that needs no request; None if there is none."""
        packed = cache.load(HEADER_KIND, self._header_key(repo, sha, listed))
        try:
            if isinstance(packed, str):
                unpacker = zlib.decompressobj()
                return unpacker.decompress(base64.b85decode(packed), LARGEST_HEADER_BYTES)
            start = self.cache.start(repo, sha, listed, headers.PREFIX_BYTES)
            if start is None:
                return None
            most = headers.PREFIX_BYTES + headers.header_length(start, listed.path, listed.size)
            whole = self.cache.start(repo, sha, listed, most) or b""
            return headers.complete_header(whole, listed.path, listed.size)
        except (ValueError, zlib.error, SourceError):
            return None

    def _header_by_range(self, repo: str, info: ModelInfo, listed: ListedFile, deadline: Deadline) -> bytes:
        what = f"the header of {listed.path} of {repo}"
        if listed.size is not None and listed.size <= headers.PREFIX_BYTES:
            raise SourceError(
                "malformed", f"{listed.path} of {repo} is {listed.size} bytes, no safetensors file"
            )
        start = self._range(info, listed, what, 0, headers.FIRST_READ_BYTES, deadline)
        most = headers.PREFIX_BYTES + headers.header_length(start, what, listed.size)
        if len(start) < most and len(start) >= headers.FIRST_READ_BYTES:
            start += self._range(info, listed, what, len(start), most, deadline)
        return headers.complete_header(start, what, listed.size)

    def _range(
        self, info: ModelInfo, listed: ListedFile, what: str, start: int, stop: int, deadline: Deadline
    ) -> bytes:
        """Bytes [start, stop) of a weight file; a server that ignores Range is cut off, not drained."""
        stop = stop if listed.size is None else min(stop, listed.size)
        expected = f"bytes {start}-{stop - 1}/{'*' if listed.size is None else listed.size}"
        ask = Ask(
            self._url(info, listed),
            what,
            "resolvers",
            stop - start,
            headers={"Range": f"bytes={start}-{stop - 1}"},
            accept=frozenset({200, 206}),
            enough=lambda body, status: status == 200,
        )

        def check(reply: Reply) -> None:
            if reply.status == 200:
                raise SourceError(
                    "refused", f"{what}: the server ignores Range; the weights are not downloaded"
                )
            given = reply.headers.get("content-range", "")
            if given != expected and listed.size is not None:
                raise SourceError("integrity", f"{what}: asked for {expected}, the answer is {given[:60]!r}")
            if len(reply.body) != stop - start and listed.size is not None:
                raise SourceError("integrity", f"{what}: {len(reply.body)} bytes came of {stop - start}")

        return self.transport.get(ask, deadline, check).body

    def _url(self, info: ModelInfo, listed: ListedFile) -> str:
        return f"{self.settings.endpoint}/{info.repo}/resolve/{info.sha}/{quote(listed.path)}"

    def _info_key(self, repo: str, sha: str) -> str:
        return cache.key_of(self.settings.endpoint, repo, sha)

    def _header_key(self, repo: str, sha: str, listed: ListedFile) -> str:
        if listed.blob_id:
            return cache.key_of(listed.blob_id)
        return cache.key_of(self.settings.endpoint, repo, sha, listed.path)


def _cap(listed: ListedFile) -> int:
    row = wanted(listed.path)
    if row is None:
        raise SourceError("refused", f"{listed.path} is not a kind of file that is read")
    return row.cap
