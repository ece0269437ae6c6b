"""Keeping the registry and the bundled snapshot current: what maintainers run, and users need not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from archinspect import differences, registry_edit
from archinspect.catalogue import families
from archinspect.names import Named
from archinspect.pipeline import Options, look_at, reports_on
from archinspect.records import Diff, Failure, Registry

if TYPE_CHECKING:
    from archinspect.sources.refresh import FileChange


class Refresh(Struct, frozen=True):
    """What a refresh of the bundled snapshot changed."""

    files: Sequence[FileChange]
    facts: tuple[Diff, ...]
    """One per model whose facts changed."""
    skipped: Mapping[str, Failure]
    """Repositories left as they were, and why."""


class Pinned(Struct, frozen=True):
    """What was written into the registry."""

    changed: tuple[str, ...]
    """Models whose revision is new."""
    revisions: Mapping[str, str]
    failed: Mapping[str, Failure]


def refresh(chosen: Sequence[Named], options: Options, write: bool = True) -> Refresh:
    """Re-read the bundled snapshot from the Hub; what changed in files, and so in facts.

    Repositories that could not be read whole are left as they were. Raises UsageError when the
    snapshot cannot be written.
    """
    from archinspect.sources import refresh as refreshing

    done = refreshing.refresh(look_at(chosen, options), write=write)
    before, after = (reports_on(snapshots, options) for snapshots in (done.before, done.after))
    diffs = [differences.compare(old, new, families()) for old, new in zip(before, after, strict=True)]
    return Refresh(done.changes, tuple(item for item in diffs if item.differences), done.skipped)


def pin(known: Registry, chosen: Sequence[Named], options: Options) -> Pinned:
    """Write the commits that the default branches point to into the registry, comments kept.

    Raises UsageError when the registry cannot be written.
    """
    from archinspect.sources import refresh as refreshing

    # Without the revision that is pinned already: a pin that cannot move would be refreshed to itself.
    moving = [replace(named, target=replace(named.target, revision=None)) for named in chosen]
    snapshots = look_at(moving, options)
    found = refreshing.revisions(snapshots)
    failed = {s.target.model: s.error for s in snapshots if s.error}
    return Pinned(registry_edit.pin(Path(known.file), found), found, failed)
