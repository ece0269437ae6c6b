"""What a user may call a model: a registry name, an alias, `org/name[@revision]`, or a folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from archinspect.errors import UsageError
from archinspect.records import ModelEntry, Registry, Target

REPO = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}", re.ASCII)
REVISION = re.compile(r"[\w][\w./-]{0,199}", re.ASCII)


class Named(Struct, frozen=True):
    """A model that was asked for: what to fetch, where, and its registry entry if it has one."""

    target: Target
    kind: Literal["hub", "local"]
    entry: ModelEntry | None = None


def resolve(name: str, registry: Registry) -> Named:
    """Find out what `name` means; raises UsageError with the nearest valid name.

    The registry comes first, then a path that looks like one, then a repository: so a folder that
    happens to be called like a registered model is reached as `./folder`.
    """
    if entry := _registered(name, registry):
        return Named(target_of(entry), "hub", entry)
    if name.startswith((".", "/", "~")) or _is_model_folder(name):
        folder = Path(name).expanduser()
        if not folder.is_dir():
            raise UsageError(f"{name}: no such folder", "give the folder that holds config.json")
        return Named(Target(name, str(folder)), "local")
    return _repository(name, registry)


def target_of(entry: ModelEntry) -> Target:
    """What to fetch for a registered model."""
    return Target(entry.name, entry.repo, entry.revision, entry.mirrors)


def select(
    registry: Registry, names: Sequence[str], roles: Sequence[str] = (), lineages: Sequence[str] = ()
) -> list[Named]:
    """The models a run is about, each once, in registry order for those chosen by role or lineage.

    Raises UsageError when a name, role or lineage is unknown.
    """
    if names:
        chosen = [resolve(name, registry) for name in names]
        return list({named.target.model: named for named in chosen}.values())
    _known("role", roles, {entry.role for entry in registry.models.values()})
    _known("lineage", lineages, {entry.lineage for entry in registry.models.values() if entry.lineage})
    return [
        Named(target_of(entry), "hub", entry)
        for entry in registry.models.values()
        if (not roles or entry.role in roles) and (not lineages or entry.lineage in lineages)
    ]


def suggestion(name: str, valid: Sequence[str]) -> str:
    """A sentence with the nearest valid name, or an empty string."""
    import difflib

    near = difflib.get_close_matches(name, valid, n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else ""


def _registered(name: str, registry: Registry) -> ModelEntry | None:
    if name in registry.models:
        return registry.models[name]
    return next((entry for entry in registry.models.values() if name in entry.aliases), None)


def _repository(name: str, registry: Registry) -> Named:
    repo, _, revision = name.partition("@")
    if not REPO.fullmatch(repo) or ".." in repo or (revision and not REVISION.fullmatch(revision)):
        valid = [*registry.models, *(alias for entry in registry.models.values() for alias in entry.aliases)]
        near = suggestion(name, valid) or "archinspect list shows the registered names"
        raise UsageError(
            f"{name!r} is no registered model, no folder with a config.json and no org/name repository", near
        )
    entry = next((item for item in registry.models.values() if item.repo == repo), None)
    if entry and not revision:
        return Named(target_of(entry), "hub", entry)
    # Another revision than the registered one is another specimen: it is read without the claims.
    return Named(Target(name, repo, revision or None), "hub")


def _is_model_folder(name: str) -> bool:
    try:
        return (Path(name) / "config.json").is_file()
    except (OSError, ValueError):
        return False


def _known(what: str, wanted: Sequence[str], valid: set[str]) -> None:
    for name in wanted:
        if name not in valid:
            near = suggestion(name, sorted(valid)) or f"one of: {', '.join(sorted(valid))}"
            raise UsageError(f"no model of the registry has the {what} {name!r}", near)
