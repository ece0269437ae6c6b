"""One repository at one revision, read in waves of independent requests.

Wave 1 resolves the commit and its listing; wave 2 reads every wanted file and every weight header at
once, pinned to that commit. A gated repository is tried with config.json alone first. A third wave
exists only for weight files that an index names and the listing did not suggest.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable

from archinspect.errors import FetchError
from archinspect.records import Failure, ListedFile, SourceFile
from archinspect.sources import modelinfo
from archinspect.sources.crew import Crew
from archinspect.sources.download import Downloader
from archinspect.sources.files import CONFIG, MOST_SHARDS, is_safe_path, select, weight_files
from archinspect.sources.modelinfo import ModelInfo
from archinspect.sources.options import FetchOptions
from archinspect.sources.pace import Deadline
from archinspect.sources.trouble import SourceError


class RepositoryRead:
    """Reads one repository; calls `done` once, from one of the crew's threads."""

    def __init__(
        self,
        repo: str,
        revision: str | None,
        options: FetchOptions,
        downloader: Downloader,
        deadline: Deadline,
    ) -> None:
        self.repo, self.revision, self.options = repo, revision, options
        self.info: ModelInfo | None = None
        self.files: dict[str, SourceFile] = {}
        self.headers: dict[str, bytes] = {}
        self.problems: dict[str, Failure] = {}
        self.failure: Failure | None = None
        self.asked = False
        """Whether the Hub was asked for anything of this repository."""
        self._downloader, self._deadline = downloader, deadline
        self._lock = threading.Lock()
        self._pending: set[str] = set()
        self._waves: list[Callable[[], Iterable[str]]] = [self._wanted, self._indexed]
        self._over = False

    def start(self, crew: Crew, done: Callable[[], None]) -> None:
        """Begin; returns at once."""
        self._crew, self._done = crew, done
        crew.submit(self._resolve)

    def abandon(self) -> None:
        """The deadline is over: what has not come is a problem, and nothing is added any more."""
        with self._lock:
            self._over = True
            late = f"was not there when the run's {self._deadline.seconds:.0f} s were over"
            for path in self._pending:
                error = SourceError("timeout", f"{path} of {self.repo} {late}")
                self.problems[path] = error.failure()
            if self.info is None and self.failure is None:
                self.failure = SourceError("timeout", f"{self.repo} {late}").failure()
        self._settle()

    def _resolve(self) -> None:
        try:
            self.info = self._find_commit()
        except FetchError as error:
            self._stop(error)
        except Exception as error:  # noqa: BLE001  (one model's trouble must not end the run)
            self._stop(SourceError("internal", f"{self.repo}: {type(error).__name__}: {error}"))
        else:
            if CONFIG not in self.info.listing:
                count = len(self.info.listing)
                self._stop(SourceError("no_config", f"{self.repo} lists {count} files but no {CONFIG}"))
            else:
                self._launch([CONFIG] if self.info.gated else [])

    def _find_commit(self) -> ModelInfo:
        """The model info of the commit meant: known for a commit, asked for a branch."""
        if not modelinfo.is_repo(self.repo) or (self.revision and not modelinfo.is_revision(self.revision)):
            name = f"{self.repo}@{self.revision}" if self.revision else self.repo
            raise SourceError("bad_name", f"{name[:200]!r} cannot be a repository on the Hub")
        if self.revision and modelinfo.COMMIT.fullmatch(self.revision):
            known = self._downloader.known_info(self.repo, self.revision)
            return known or self._ask()
        before = self._downloader.cache.commit(self.repo, self.revision)
        known = self._downloader.known_info(self.repo, before[0]) if before else None
        if known is None:
            return self._ask()
        self.asked = True
        now = self._downloader.head(self.repo, self.revision, self._deadline)
        return known if now == known.sha else self._ask()

    def _ask(self) -> ModelInfo:
        self.asked = True
        return self._downloader.info(self.repo, self.revision, self._deadline)

    def _wanted(self) -> Iterable[str]:
        """Everything wanted of the listing."""
        assert self.info is not None
        listing = self.info.listing
        yield from select(listing, code=self.options.want_code, extra=self.options.extra)
        if self.options.want_headers:
            yield from weight_files(listing)

    def _indexed(self) -> Iterable[str]:
        """Weight files that only an index names."""
        assert self.info is not None
        if self.options.want_headers:
            for path, file in list(self.files.items()):
                if path.endswith(".safetensors.index.json"):
                    yield from (name for name in _names_in(file.content) if name in self.info.listing)

    def _launch(self, paths: Iterable[str]) -> None:
        with self._lock:
            known = self.files.keys() | self.headers.keys() | self.problems.keys()
            new = [path for path in dict.fromkeys(paths) if path not in known]
            self._pending.update(new)
        for path in new:
            self._crew.submit(lambda path=path: self._take(path))  # type: ignore[misc]
        if not new:
            self._next_wave()

    def _take(self, path: str) -> None:
        """Read one file or header; the last one of a wave starts the next."""
        assert self.info is not None
        listed = self.info.listing[path]
        got: SourceFile | bytes | Failure
        try:
            got = self._get(self.info, listed)
        except SourceError as error:
            got = error.failure()
        except FetchError as error:
            got = SourceError("malformed", str(error), error.hint).failure()
        except Exception as error:  # noqa: BLE001  (one file's trouble must not end the run)
            got = SourceError("internal", f"{path} of {self.repo}: {type(error).__name__}: {error}").failure()
        with self._lock:
            if self._over:
                return
            self._keep(path, got)
            self._pending.discard(path)
            last = not self._pending
        if last:
            self._next_wave()

    def _get(self, info: ModelInfo, listed: ListedFile) -> SourceFile | bytes:
        if listed.path.endswith(".safetensors"):
            header = self._downloader.known_header(self.repo, info.sha, listed)
            if header is None:
                self.asked = True
                header = self._downloader.header(self.repo, info, listed, self._deadline)
            return header
        file = self._downloader.cached_file(self.repo, info.sha, listed)
        if file is None:
            self.asked = True
            file = self._downloader.file(self.repo, info, listed, self._deadline)
        return file

    def _keep(self, path: str, got: SourceFile | bytes | Failure) -> None:
        if isinstance(got, SourceFile):
            self.files[path] = got
        elif isinstance(got, bytes):
            self.headers[path] = got
        else:
            self.problems[path] = got

    def _next_wave(self) -> None:
        if CONFIG in self.problems or not self._waves:
            self._finish()
        else:
            self._launch(self._waves.pop(0)())

    def _stop(self, error: FetchError) -> None:
        kind = error.kind if isinstance(error, SourceError) else "internal"
        self.failure = Failure(kind, str(error), error.hint)
        self._finish()

    def _finish(self) -> None:
        with self._lock:
            if self._over:
                return
            self._over = True
        self._settle()
        if self.info and not self.failure and self.asked:
            self._downloader.cache.store_ref(self.repo, self.revision, self.info.sha)
        self._done()

    def _settle(self) -> None:
        """Without config.json there is nothing to say about the model."""
        if self.failure is None and CONFIG not in self.files:
            late = SourceError("timeout", f"{CONFIG} of {self.repo} was not there in time")
            self.failure = self.problems.get(CONFIG, late.failure())


def _names_in(content: bytes) -> list[str]:
    """The weight files an index names, as far as it can be read."""
    try:
        named = json.loads(content)["weight_map"].values()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []
    names = {name for name in named if isinstance(name, str)}
    return sorted(name for name in names if name.endswith(".safetensors") and is_safe_path(name))[
        :MOST_SHARDS
    ]
