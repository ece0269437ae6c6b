"""What the source that runs a model says of its config: read once per content, then remembered.

Two stages meet here: the blueprint reader, which reads configuration and modelling classes without
running them, and the config witness, which wants to know what a class supplies or rewrites. Where a
configuration class cannot be read, the installed transformers is asked in a process of its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache as once
from pathlib import Path
from typing import TYPE_CHECKING

from archinspect import cache
from archinspect.blueprint.records import Blueprint
from archinspect.blueprint.testimony import testify
from archinspect.blueprint.tree import SourceTree, installed_tree
from archinspect.errors import BlueprintError, MalformedFileError, UnknownModelTypeError
from archinspect.records import ClassView, Json, Snapshot, SourceFile, Testimony
from archinspect.witness.classes import ask_classes
from archinspect.witness.json_files import parse_object

if TYPE_CHECKING:
    from archinspect.blueprint.configs import ResolvedConfig

CONFIG = "config.json"


@dataclass(frozen=True)
class Source:
    """What the source says of one config."""

    view: ClassView | None = None
    """None when there was no source to read, or config.json is no object."""
    blueprint: Blueprint | None = None
    problem: str | None = None
    """Why there is no blueprint."""
    own: Blueprint | None = None
    """What the repository's own code builds, where transformers has the class too."""

    @property
    def testimony(self) -> Testimony:
        """The facts of basis `code`."""
        return testify(self.blueprint) if self.blueprint else Testimony()


def read_sources(snapshots: Sequence[Snapshot], transformers: Path | None = None) -> list[Source]:
    """What the source says of each snapshot's config, in order. Never raises for one model's trouble.

    `transformers` is a folder or wheel to read instead of the installed package; BlueprintError when
    it holds no transformers.
    """
    tree = tree_at(transformers)
    if tree is None:
        return [Source(problem="transformers is not installed") for _ in snapshots]
    sources = [_read(snapshot, tree) for snapshot in snapshots]
    return _with_imported_views(snapshots, sources) if transformers is None else sources


@once
def tree_at(transformers: Path | None) -> SourceTree | None:
    """The source tree to read; None when nothing is named and transformers is not installed."""
    if transformers is not None:
        return SourceTree.from_path(transformers)
    try:
        return installed_tree()
    except BlueprintError:
        return None


def _read(snapshot: Snapshot, tree: SourceTree) -> Source:
    file = snapshot.files[CONFIG]
    try:
        config: Mapping[str, Json] = parse_object(file).data
    except MalformedFileError:
        return Source()
    found = _known(file, config, tree)
    own_tree = _own_tree(snapshot, config, tree)
    if own_tree is None:
        return found
    own = _known(file, config, own_tree)
    if found.blueprint is None and (found.view is None or found.view.unknown_type):
        return own
    return dataclasses.replace(found, own=own.blueprint)


def _own_tree(snapshot: Snapshot, config: Mapping[str, Json], base: SourceTree) -> SourceTree | None:
    """The repository's own modelling source, when config.json names it and its files were read."""
    files = {path: file.content for path, file in snapshot.files.items() if path.endswith(".py")}
    if not files or not isinstance(config.get("auto_map"), Mapping):
        return None
    return SourceTree.from_files(files, base)


def _known(file: SourceFile, config: Mapping[str, Json], tree: SourceTree) -> Source:
    key = cache.key_of(file.blob_id, tree.digest, cache.code_stamp(_reader()))
    found = _recalled(key)
    if found is None:
        found = _learn(config, tree)
        cache.store("sources", key, _as_json(found))
    return found


def _learn(config: Mapping[str, Json], tree: SourceTree) -> Source:
    # The reader itself is loaded only when there is something to read: a warm run has no use for it.
    from archinspect.blueprint.read import read_blueprint

    view = _view(config, tree)
    try:
        return Source(view, read_blueprint(config, tree))
    except BlueprintError as error:
        return Source(view, problem=str(error))


def _view(config: Mapping[str, Json], tree: SourceTree) -> ClassView:
    from archinspect.blueprint.configs import resolve_config

    try:
        return as_view(resolve_config(config, tree), tree.label)
    except UnknownModelTypeError as error:
        return ClassView(tree.label, None, error=str(error), unknown_type=True)
    except BlueprintError as error:
        return ClassView(tree.label, None, error=str(error))


def as_view(resolved: ResolvedConfig, source: str) -> ClassView:
    """A resolved config as the config witness wants it."""
    text = resolved.values
    for part in filter(None, resolved.text_path.split(".")):
        text = text[part]
    values = dict(text)
    for standard, own in resolved.text_names.items():
        if own in values:
            values[standard] = values[own]
    return ClassView(
        source=source,
        class_name=resolved.text_class_name,
        values=values,
        root_class_name=resolved.class_name,
        root_values=resolved.values,
        names=resolved.text_names,
        text_key=resolved.text_path.split(".")[0] or None,
    )


def _with_imported_views(snapshots: Sequence[Snapshot], sources: list[Source]) -> list[Source]:
    """Ask the imported classes about the configs whose class could not be read or refused them.

    The reader may refuse what the class accepts; only the class itself can be believed to refuse.
    """
    doubtful = [
        index
        for index, source in enumerate(sources)
        if source.view and source.view.error and not source.view.unknown_type
    ]
    keys = {index: _imported_key(snapshots[index]) for index in doubtful}
    views = {index: _recalled_view(key) for index, key in keys.items()}
    missing = [index for index in doubtful if views[index] is None]
    asked = ask_classes([parse_object(snapshots[index].files[CONFIG]).data for index in missing])
    for index, view in zip(missing, asked, strict=True):
        cache.store("class-views", keys[index], dataclasses.asdict(view))
        views[index] = view
    return [
        dataclasses.replace(source, view=views[index]) if views.get(index) else source
        for index, source in enumerate(sources)
    ]


def _imported_key(snapshot: Snapshot) -> str:
    stamp = cache.code_stamp(Path(__file__).parent / "witness")
    tree = installed_tree()
    return cache.key_of(snapshot.files[CONFIG].blob_id, tree.digest, stamp)


def _recalled_view(key: str) -> ClassView | None:
    value = cache.load("class-views", key)
    try:
        return ClassView(**value) if isinstance(value, dict) else None
    except TypeError:
        return None


def _as_json(source: Source) -> Json:
    return {
        "view": dataclasses.asdict(source.view) if source.view else None,
        "blueprint": source.blueprint.to_json() if source.blueprint else None,
        "problem": source.problem,
    }


def _recalled(key: str) -> Source | None:
    value = cache.load("sources", key)
    if not isinstance(value, dict):
        return None
    try:
        return Source(
            view=ClassView(**value["view"]) if value["view"] else None,
            blueprint=Blueprint.from_json(value["blueprint"]) if value["blueprint"] else None,
            problem=value["problem"],
        )
    except (TypeError, KeyError, AttributeError):
        return None


@once
def _reader() -> Path:
    return Path(__file__).parent / "blueprint"
