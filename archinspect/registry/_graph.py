"""What must hold between the models of a registry: one name each, one entry per repository, no cycle."""

from __future__ import annotations

from collections.abc import Mapping

from archinspect.records import ModelEntry
from archinspect.registry._problems import Problems


def check_graph(models: Mapping[str, ModelEntry], problems: Problems) -> None:
    """Note names and repositories used twice, parents in a circle, proxies without a subject."""
    _names(models, problems)
    _repositories(models, problems)
    _cycles(models, problems)


def _names(models: Mapping[str, ModelEntry], problems: Problems) -> None:
    taken = {name: name for name in models}
    for name, entry in models.items():
        for alias in entry.aliases:
            if alias in taken:
                message = f"{alias!r} already names the model {taken[alias]!r}"
                problems.add(("models", name, "aliases"), message)
            taken.setdefault(alias, name)


def _repositories(models: Mapping[str, ModelEntry], problems: Problems) -> None:
    taken: dict[tuple[str, str | None], str] = {}
    for name, entry in models.items():
        key = (entry.repo.lower(), entry.revision)
        if entry.repo and key in taken:
            message = f"{entry.repo!r} at this revision is already the model {taken[key]!r}"
            problems.add(("models", name, "repo"), message)
        taken.setdefault(key, name)


def _cycles(models: Mapping[str, ModelEntry], problems: Problems) -> None:
    reported: set[str] = set()
    for start in models:
        seen: list[str] = []
        name: str | None = start
        while name is not None and name in models and name not in seen:
            seen.append(name)
            name = models[name].parent
        if name in seen and name not in reported:
            circle = seen[seen.index(name) :]
            reported.update(circle)
            problems.add(("models", name, "parent"), f"is its own ancestor: {' -> '.join([*circle, name])}")
