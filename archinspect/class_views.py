"""What a config class makes of a config: read from its source, or asked of the class itself.

Reading shows defaults and rewriting. Whether a class *accepts* a value also depends on checks of types
that run inside a library the reader does not follow; where a value looks wrong, the class is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from archinspect import cache
from archinspect.blueprint.tree import SourceTree
from archinspect.errors import BlueprintError
from archinspect.records import ClassView, Json, SourceFile
from archinspect.witness.classes import ask_classes
from archinspect.witness.json_files import parse_object

if TYPE_CHECKING:
    from archinspect.blueprint.resolved import ResolvedConfig

NEVER_NULL: Final = ("hidden_size", "num_hidden_layers", "num_attention_heads", "vocab_size")


def as_view(resolved: ResolvedConfig) -> ClassView:
    """A resolved config as the config witness wants it."""
    label, _, path = resolved.location.partition("#")[0].partition(":")
    text = resolved.values
    for part in filter(None, resolved.text_path.split(".")):
        text = text[part]
    values = dict(text)
    for standard, own in resolved.text_names.items():
        if own in values:
            values[standard] = values[own]
    return ClassView(
        source=label if path else resolved.location.partition("#")[0],
        class_name=resolved.text_class_name,
        values=values,
        root_class_name=resolved.class_name,
        root_values=resolved.values,
        names=resolved.text_names,
        text_key=resolved.text_path.split(".")[0] or None,
    )


def is_doubtful(config: Mapping[str, Json], tree: SourceTree) -> bool:
    """Whether a value is of another kind than the class's own, or the heads do not divide the width.

    A class may refuse such a config, or not: only the class knows.
    """
    return any(_looks_wrong(level, tree) for level in _levels(config))


def imported_views(configs: Mapping[int, SourceFile], digest: str) -> dict[int, ClassView]:
    """What the installed transformers' classes say when they are imported, in a process of its own.

    `digest` identifies the installed transformers; answers are remembered by it and the config's bytes, but
    for those that did not come in time.
    """
    stamp = cache.code_stamp(Path(__file__).parent / "witness")
    keys = {index: cache.key_of(file.blob_id, digest, stamp) for index, file in configs.items()}
    known = {
        index: view for index, key in keys.items() if (view := cache.load("class-views", key, ClassView))
    }
    missing = [index for index in configs if index not in known]
    asked = ask_classes([parse_object(configs[index]).data for index in missing])
    for index, view in zip(missing, asked, strict=True):
        if not view.transient:
            cache.store("class-views", keys[index], view)
        known[index] = view
    return known


def _levels(config: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    """The config and the configs nested in it: each names a model type."""
    yield config
    yield from (value for value in config.values() if isinstance(value, dict) and "model_type" in value)


def _looks_wrong(level: Mapping[str, Json], tree: SourceTree) -> bool:
    model_type = level.get("model_type")
    defaults = _defaults(model_type, tree) if isinstance(model_type, str) else {}
    if any(_other_kind(key, value, defaults.get(key)) for key, value in level.items()):
        return True
    width, heads = (level.get(key) for key in ("hidden_size", "num_attention_heads"))
    return isinstance(width, int) and isinstance(heads, int) and (heads < 1 or width % heads != 0)


def _other_kind(key: str, value: Json, default: Json) -> bool:
    if value is None:
        return key in NEVER_NULL
    if key.endswith("_token_id"):
        return False  # several ends are as good as one
    return isinstance(default, (bool, int, float)) and type(value) is not type(default)


@lru_cache(maxsize=256)
def _defaults(model_type: str, tree: SourceTree) -> Mapping[str, Json]:
    from archinspect.blueprint.resolved import resolve_config

    try:
        return resolve_config({"model_type": model_type}, tree).values
    except BlueprintError:
        return {}
