"""What the source that runs a model says of its config: read once per content, then remembered.

Two stages meet here: the blueprint reader, which reads configuration and modelling classes without
running them, and the config witness, which wants to know what a class supplies or rewrites. Where a
configuration class cannot be read, the installed transformers is asked in a process of its own.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from functools import cache as once
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from archinspect import cache
from archinspect.blueprint.records import Blueprint
from archinspect.blueprint.testimony import testify
from archinspect.blueprint.tree import SourceTree, installed_tree
from archinspect.collector import at_rest
from archinspect.errors import BlueprintError, MalformedFileError, UnknownModelTypeError, UsageError
from archinspect.reading_ahead import reading_ahead
from archinspect.records import ClassView, Gap, Json, Snapshot, SourceFile, TensorList, Testimony
from archinspect.witness.architectures import known_architectures
from archinspect.witness.json_files import parse_object

CONFIG = "config.json"


class Source(Struct, frozen=True):
    """What the source says of one config."""

    view: ClassView | None = None
    """None when there was no source to read, or config.json is no object."""
    blueprint: Blueprint | None = None
    problem: str | None = None
    """Why there is no blueprint."""
    doubtful: bool = False
    """The config holds values of another kind than its class has, which only the class can refuse."""
    transient: bool = False
    """Time or memory ran out: what this says is of the machine at that hour, and not to be remembered."""
    own: Blueprint | None = None
    """What the repository's own code builds, where transformers has the class too."""

    @property
    def testimony(self) -> Testimony:
        """The facts of basis `code`."""
        return testify(self.blueprint) if self.blueprint else Testimony()


def read_sources(snapshots: Sequence[Snapshot], transformers: Path | None = None) -> list[Source]:
    """What the source says of each snapshot's config, in order. Never raises for one model's trouble.

    `transformers` is a folder or wheel to read instead of the installed package; UsageError when it
    holds no transformers.
    """
    tree = tree_at(transformers)
    if tree is None:
        return [Source(problem="transformers is not installed") for _ in snapshots]
    configs = [snapshot.files[CONFIG] for snapshot in snapshots]
    new = [file for file in configs if not cache.has("sources", _key(file, tree))]
    with at_rest(), reading_ahead(new, transformers):
        sources = [_read(snapshot, tree, transformers) for snapshot in snapshots]
    return _checked_by_import(snapshots, sources, tree) if transformers is None else sources


def read_config_source(file: SourceFile, transformers: Path | None = None) -> None:
    """Read what the source says of one config, and leave it in the cache."""
    tree = tree_at(transformers)
    with contextlib.suppress(MalformedFileError):
        if tree is not None:
            _known(file, parse_object(file).data, tree)


def read_tensors(snapshot: Snapshot, transformers: Path | None = None) -> TensorList:
    """The tensors that the source builds from a snapshot's config; the repository's own code comes first.

    Raises UsageError when `transformers` holds none. Trouble with the model is the result's `problem`.
    """
    from archinspect.blueprint.tensors import tensors_of

    model, tree = snapshot.target.model, tree_at(transformers)
    if tree is None:
        return TensorList(model, "transformers is not installed")
    try:
        config = parse_object(snapshot.files[CONFIG]).data
        made = tensors_of(config, _own_tree(snapshot, config, tree) or tree)
    except (MalformedFileError, BlueprintError) as error:
        return TensorList(model, str(error))
    gaps = tuple(Gap(why, where, part) for part, (why, where) in made.missing.items())
    return TensorList(model, None, made.class_name, made.source, made.shapes, made.tied_to, gaps)


@once
def tree_at(transformers: Path | None) -> SourceTree | None:
    """The source tree to read; None when nothing is named and transformers is not installed."""
    if transformers is not None:
        return _named_tree(transformers)
    try:
        return installed_tree()
    except BlueprintError:
        return None


def _named_tree(place: Path) -> SourceTree:
    try:
        return SourceTree.from_path(place)
    except BlueprintError as error:
        raise UsageError(
            str(error), error.hint or "name a wheel, or a folder that holds transformers"
        ) from error


def _read(snapshot: Snapshot, tree: SourceTree, transformers: Path | None) -> Source:
    file = snapshot.files[CONFIG]
    try:
        config: Mapping[str, Json] = parse_object(file).data
    except MalformedFileError:
        return Source()
    own_tree = _own_tree(snapshot, config, tree)
    if own_tree is not None and _is_only_its_own(config, transformers):
        return _known(file, config, own_tree)
    found = _known(file, config, tree)
    if own_tree is None:
        return found
    own = _known(file, config, own_tree)
    if found.blueprint is None and (found.view is None or found.view.unknown_type):
        return own
    return replace(found, own=own.blueprint)


def _is_only_its_own(config: Mapping[str, Json], transformers: Path | None) -> bool:
    """Whether config.json itself leaves transformers' classes out: it names no model type, or says that the
    checkpoint is of a class that the repository brings and transformers lacks.
    """
    if not isinstance(config.get("model_type"), str):
        return True
    named, auto_map = config.get("architectures"), config.get("auto_map")
    if not isinstance(named, list) or not isinstance(auto_map, Mapping):
        return False
    brought = {one.rpartition(".")[2] for one in auto_map.values() if isinstance(one, str)}
    own = [one for one in named if isinstance(one, str) and one in brought]
    known = known_architectures(transformers) if own else None
    return known is not None and known.isdisjoint(own)


def _own_tree(snapshot: Snapshot, config: Mapping[str, Json], base: SourceTree) -> SourceTree | None:
    """The repository's own modelling source, when config.json names it and its files were read."""
    files = {path: file.content for path, file in snapshot.files.items() if path.endswith(".py")}
    if not files or not isinstance(config.get("auto_map"), Mapping):
        return None
    return SourceTree.from_files(files, base)


def _known(file: SourceFile, config: Mapping[str, Json], tree: SourceTree) -> Source:
    key = _key(file, tree)
    found: Source | None = cache.load("sources", key, Source)
    if found is None:
        found = _learn(config, tree)
        if not found.transient:
            cache.store("sources", key, found)
    return found


def _key(file: SourceFile, tree: SourceTree) -> str:
    return cache.key_of(file.blob_id, tree.digest, cache.code_stamp(_reader()))


def _learn(config: Mapping[str, Json], tree: SourceTree) -> Source:
    # The reader itself is loaded only when there is something to read: a warm run has no use for it.
    from archinspect.blueprint.read import read_source
    from archinspect.class_views import as_view, is_doubtful

    doubtful = is_doubtful(config, tree)
    try:
        resolved, found = read_source(config, tree)
    except BlueprintError as error:
        unknown = isinstance(error, UnknownModelTypeError)
        view = ClassView(tree.label, None, error=str(error), refused=error.refusal, unknown_type=unknown)
        return Source(view, problem=str(error), doubtful=doubtful, transient=error.transient)
    if isinstance(found, BlueprintError):
        return Source(as_view(resolved), problem=str(found), doubtful=doubtful, transient=found.transient)
    return Source(as_view(resolved), found, doubtful=doubtful, transient=found.transient)


def _checked_by_import(
    snapshots: Sequence[Snapshot], sources: list[Source], tree: SourceTree
) -> list[Source]:
    """Where reading leaves it open whether a class accepts a config, the class itself is asked."""
    configs = {
        index: snapshots[index].files[CONFIG]
        for index, source in enumerate(sources)
        if source.view
        and source.view.source == tree.label  # a repository's own class is not among the installed
        and not source.view.unknown_type
        and (source.view.error or source.doubtful)
    }
    if not configs:
        return sources
    from archinspect.class_views import imported_views

    views = imported_views(configs, tree.digest)
    return [_believing(views.get(index), source) for index, source in enumerate(sources)]


def _believing(view: ClassView | None, source: Source) -> Source:
    """The source with what the class itself said; nothing can be built from a config it refuses."""
    if view is None:
        return source
    if view.error is None:
        return replace(source, view=view)
    # Where reading met the same refusal it names the line, which the class does not.
    problem = view.error if source.transient else source.problem or view.error
    return replace(source, view=view, blueprint=None, own=None, problem=problem)


@once
def _reader() -> Path:
    return Path(__file__).parent / "blueprint"
