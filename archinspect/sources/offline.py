"""A model as the caches have it, without any connection."""

from __future__ import annotations

import functools

from archinspect.records import Failure, ListedFile, Origin, Snapshot, SourceFile, Target
from archinspect.sources import integrity, modelinfo
from archinspect.sources.download import Downloader
from archinspect.sources.files import CONFIG, select, wanted, weight_files
from archinspect.sources.modelinfo import ModelInfo
from archinspect.sources.options import FetchOptions
from archinspect.sources.trouble import SourceError, outcome_of


def read(target: Target, options: FetchOptions, downloader: Downloader) -> Snapshot:
    """What is cached of the target; outcome `offline` when its config.json is not.

    A branch is taken as it was when it was last resolved, and the snapshot's notes say how long ago
    that is. Bytes are compared with the remembered listing, or with the id the cache names them by.
    """
    origin = Origin("cache", target.repo)
    try:
        sha, note = _commit(target, downloader)
        info = downloader.known_info(target.repo, sha)
        files, problems = _files(target.repo, sha, info, options, downloader)
        if CONFIG in problems:
            return Snapshot(target, outcome_of(problems[CONFIG]), origin, sha, problems[CONFIG])
        if CONFIG not in files:
            raise _not_cached(CONFIG, target.repo, sha)
    except SourceError as error:
        return Snapshot(target, error.outcome, origin, error=error.failure())
    found, missing = _headers(target.repo, sha, info, options, downloader)
    return Snapshot(
        target,
        "read",
        origin,
        revision=sha,
        files=files,
        listing=info.listing if info else None,
        hub=info.raw if info else None,
        headers=found,
        problems=problems | missing,
        more=functools.partial(_more, target.repo, sha, info, downloader),
        notes=(note,) if note else (),
    )


def age_text(seconds: float) -> str:
    """`3 days`, `2 hours`, `5 minutes`."""
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute"


def _commit(target: Target, downloader: Downloader) -> tuple[str, str | None]:
    if not modelinfo.is_repo(target.repo):
        raise SourceError("bad_name", f"{target.repo[:200]!r} cannot be a repository on the Hub")
    revision = target.revision
    if revision and modelinfo.COMMIT.fullmatch(revision):
        return revision, None
    found = downloader.cache.commit(target.repo, revision)
    if found is None:
        where = f"{target.repo}@{revision}" if revision else target.repo
        raise SourceError("offline_mode", f"{where} is not in the Hub cache at {downloader.cache.root}")
    name = revision or "the default branch"
    return found[0], f"{name} was {found[0][:12]} when last asked, {age_text(found[1])} ago"


def _files(
    repo: str, sha: str, info: ModelInfo | None, options: FetchOptions, downloader: Downloader
) -> tuple[dict[str, SourceFile], dict[str, Failure]]:
    listing = info.listing if info else dict.fromkeys(downloader.cache.listing(repo, sha))
    files: dict[str, SourceFile] = {}
    problems: dict[str, Failure] = {}
    for path in select(listing, code=options.want_code, extra=options.extra):
        try:
            files[path] = _file(repo, sha, path, info, downloader)
        except SourceError as error:
            problems[path] = error.failure()
    return files, problems


def _file(repo: str, sha: str, path: str, info: ModelInfo | None, downloader: Downloader) -> SourceFile:
    row = wanted(path)
    found = downloader.cache.read(repo, sha, path, row.cap) if row else None
    if found is None:
        raise _not_cached(path, repo, sha)
    content, blob = found
    listed = info.listing.get(path) if info else None
    if listed is None:
        listed = ListedFile(path, None, blob, lfs=blob is not None and len(blob) == 64)
    try:
        return integrity.verified(listed, content, f"the cached {path} of {repo}")
    except SourceError as error:
        raise SourceError("integrity", str(error), "delete it from the Hub cache, or run online") from None


def _headers(
    repo: str, sha: str, info: ModelInfo | None, options: FetchOptions, downloader: Downloader
) -> tuple[dict[str, bytes], dict[str, Failure]]:
    found: dict[str, bytes] = {}
    missing: dict[str, Failure] = {}
    for path in weight_files(info.listing) if info and options.want_headers else ():
        header = downloader.known_header(repo, sha, info.listing[path]) if info else None
        if header is None:
            missing[path] = _not_cached(f"the header of {path}", repo, sha).failure()
        else:
            found[path] = header
    return found, missing


def _more(repo: str, sha: str, info: ModelInfo | None, downloader: Downloader, path: str) -> SourceFile:
    return _file(repo, sha, path, info, downloader)


def _not_cached(path: str, repo: str, sha: str) -> SourceError:
    return SourceError("offline_mode", f"{path} of {repo} at {sha[:12]} is not in the cache")
