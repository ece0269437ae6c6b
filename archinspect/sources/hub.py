"""The Hub: many models at once, each resolved to a commit first and then read at that commit.

The plan, and why it differs from a loop of hf_hub_download: one model info per model gives the commit,
the listing and every digest; after it all files of all models are independent GETs. That is 1 + 2 x
files requests and three dependent round trips for any number of models, every byte is compared with
the listing, and every wait ends with the run's deadline.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence

from msgspec.structs import replace

from archinspect.records import Failure, Origin, Snapshot, SourceFile, Target
from archinspect.sources import mirrors, offline, session
from archinspect.sources.crew import Crew
from archinspect.sources.download import Downloader
from archinspect.sources.hubcache import HubCache
from archinspect.sources.modelinfo import ModelInfo
from archinspect.sources.options import FetchOptions, FetchReport, Progress
from archinspect.sources.pace import Deadline
from archinspect.sources.repository_read import RepositoryRead
from archinspect.sources.transport import Tally, Transport
from archinspect.sources.trouble import TRANSIENT, SourceError, outcome_of

__all__ = ["FetchOptions", "FetchReport", "Progress", "fetch"]

POLL_SECONDS = 0.1
GRACE_SECONDS = 0.5


def fetch(
    targets: Sequence[Target], options: FetchOptions | None = None, progress: Progress | None = None
) -> FetchReport:
    """Read every target; trouble with one is the outcome of its snapshot, never an exception.

    Returns within `options.timeout` seconds (and half a second). Raises UsageError only when the
    surroundings are unusable for all: HF_ENDPOINT is no address, the token no token.
    """
    options = options or FetchOptions()
    settings = session.settings(options.offline, options.use_token)
    transport = Transport(settings)
    downloader = Downloader(settings, transport, HubCache(settings.cache))
    if settings.offline:
        cached = tuple(offline.read(target, options, downloader) for target in targets)
        return FetchReport(cached, Tally())
    run = _Run(options, downloader)
    try:
        snapshots = run.all(targets, progress)
    finally:
        run.close()
        if progress:
            progress.close()
    refused = downloader.cache.refused
    return FetchReport(snapshots, transport.tally, (refused,) if refused else ())


class _Run:
    """One call of fetch: its threads, its deadline, its models."""

    def __init__(self, options: FetchOptions, downloader: Downloader) -> None:
        self.options, self.downloader = options, downloader
        self.deadline = Deadline(options.timeout)
        self.crew = Crew(options.jobs)
        self.changed = threading.Condition()

    def all(self, targets: Sequence[Target], progress: Progress | None) -> tuple[Snapshot, ...]:
        models = [_Model(target, self) for target in targets]
        for model in models:
            model.start()
        while self._waiting(models, progress):
            with self.changed:
                self.changed.wait(min(POLL_SECONDS, self.deadline.remaining()))
        return tuple(model.snapshot() for model in models)

    def read(self, repo: str, revision: str | None) -> RepositoryRead:
        return RepositoryRead(repo, revision, self.options, self.downloader, self.deadline)

    def close(self) -> None:
        self.crew.dismiss()

    def _waiting(self, models: Sequence[_Model], progress: Progress | None) -> bool:
        done = sum(model.done for model in models)
        if progress:
            progress.update(done, len(models), self.downloader.transport.tally.requests)
        return done < len(models) and self.deadline.remaining() > 0


class _Model:
    """One target: its official repository, then, only if that is gated, its mirrors."""

    def __init__(self, target: Target, run: _Run) -> None:
        self.target, self.run = target, run
        self.official = run.read(target.repo, target.revision)
        self.mirrors: list[RepositoryRead] = []
        self.done = False

    def start(self) -> None:
        self.official.start(self.run.crew, self._next)

    def snapshot(self) -> Snapshot:
        """What was read; whatever is still under way is given up."""
        reads = [self.official, *self.mirrors]
        if not self.done:
            reads[-1].abandon()
        last = reads[-1]
        if last is not self.official and last.failure is None and last.info is not None:
            return self._with_more(mirrors.snapshot(self.target, self.official, last), last)
        return self._official()

    def _next(self) -> None:
        """A repository was read, or could not be: try the next mirror, or be done."""
        last = self.mirrors[-1] if self.mirrors else self.official
        gated = self.official.failure and outcome_of(self.official.failure) == "gated"
        if gated and last.failure and len(self.mirrors) < len(self.target.mirrors):
            mirror = self.run.read(self.target.mirrors[len(self.mirrors)], None)
            self.mirrors.append(mirror)
            mirror.start(self.run.crew, self._next)
            return
        self.done = True
        with self.run.changed:
            self.run.changed.notify()

    def _official(self) -> Snapshot:
        read, target = self.official, self.target
        info, failure = read.info, read.failure
        if failure is not None and failure.code in TRANSIENT and target.revision:
            cached = self._pinned_from_cache(failure)
            if cached is not None:
                return cached
        renamed = info is not None and info.repo != target.repo
        notes = (f"{target.repo} is now called {info.repo}",) if info and renamed else ()
        snapshot = Snapshot(
            target,
            outcome_of(failure) if failure else "read",
            Origin("hub" if read.asked or failure else "cache", info.repo if info else target.repo),
            revision=info.sha if info else None,
            error=self._tried(failure),
            files={} if failure else dict(sorted(read.files.items())),
            listing=info.listing if info else None,
            hub=info.raw if info else None,
            headers={} if failure else dict(sorted(read.headers.items())),
            problems=dict(sorted(read.problems.items())),
            notes=notes,
        )
        return self._with_more(snapshot, read)

    def _tried(self, failure: Failure | None) -> Failure | None:
        """The failure, with what became of the mirrors."""
        if failure is None or not self.mirrors:
            return failure
        tried = "; ".join(
            f"mirror {read.repo}: {read.failure.message}" for read in self.mirrors if read.failure
        )
        return Failure(failure.code, f"{failure.message} ({tried})", failure.hint)

    def _pinned_from_cache(self, failure: Failure) -> Snapshot | None:
        """A commit never changes: when the Hub cannot be asked, its cached files are as good."""
        revision = self.target.revision or ""
        if len(revision) != 40:
            return None
        cached = offline.read(self.target, self.run.options, self.run.downloader)
        if cached.outcome != "read":
            return None
        note = f"read from the cache, because {failure.message}"
        return replace(cached, notes=(*cached.notes, note))

    def _with_more(self, snapshot: Snapshot, read: RepositoryRead) -> Snapshot:
        if read.info is None or snapshot.outcome != "read":
            return snapshot
        more = functools.partial(_more, self.run, read.repo, read.info)
        return replace(snapshot, more=more)


def _more(run: _Run, repo: str, info: ModelInfo, path: str) -> SourceFile:
    """One further file of the same commit; raises FetchError."""
    listed = info.listing.get(path)
    if listed is None:
        raise SourceError("missing", f"{repo} at {info.sha[:12]} has no {path}")
    return run.downloader.file(repo, info, listed, Deadline(run.options.timeout))
