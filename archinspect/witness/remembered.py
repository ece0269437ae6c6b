"""Class views out of the cache, and the rest learnt in one go."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import cache as once
from pathlib import Path

from archinspect import cache
from archinspect.errors import MalformedFileError
from archinspect.records import ClassView, SourceFile
from archinspect.witness.classes import ask_classes, installed_version
from archinspect.witness.json_files import parse_object


def class_views(configs: Sequence[SourceFile]) -> list[ClassView | None]:
    """What each config's class makes of it, in order; None for a file that is no JSON object.

    Keyed by the config's bytes, the transformers version and the code that asked: a warm run imports
    nothing.
    """
    version = installed_version()
    if version is None:
        return [None] * len(configs)
    keys = [cache.key_of(file.blob_id, version, cache.code_stamp(_here())) for file in configs]
    views = [_recall(key) for key in keys]
    missing = {key: file for key, file, view in zip(keys, configs, views, strict=True) if view is None}
    learnt = _learn(missing)
    return [view or learnt.get(key) for key, view in zip(keys, views, strict=True)]


def _learn(missing: dict[str, SourceFile]) -> dict[str, ClassView]:
    readable = {}
    for key, file in missing.items():
        try:
            readable[key] = parse_object(file).data
        except MalformedFileError:
            continue
    learnt = dict(zip(readable, ask_classes(list(readable.values())), strict=True))
    for key, view in learnt.items():
        cache.store("class-views", key, dataclasses.asdict(view))
    return learnt


def _recall(key: str) -> ClassView | None:
    value = cache.load("class-views", key)
    try:
        return ClassView(**value) if isinstance(value, dict) else None
    except TypeError:
        return None


@once
def _here() -> Path:
    return Path(__file__).parent
