"""Reads config.json and says where in it the text decoder is described."""

from __future__ import annotations

from collections.abc import Mapping

from archinspect.records import ClassView, Config, Json, Scope, SourceFile, pointer
from archinspect.records.keys import TEXT_CONFIG_KEYS
from archinspect.witness.json_files import parse_object


def read_config(file: SourceFile, view: ClassView | None = None) -> Config:
    """Read config.json; `view` is what its class makes of it, if that was learnt.

    Raises MalformedFileError when the file is not a JSON object.
    """
    parsed = parse_object(file)
    raw: Mapping[str, Json] = parsed.data
    key = text_key(raw, view)
    root = Scope(raw, "", view.root_values if view else {}, view, root=True)
    if key is None:
        text = Scope(raw, "", view.values if view else {}, view, root=False)
    else:
        text = Scope(raw[key], pointer(key), view.values if view else {}, view, root=False)
    return Config(raw, parsed.duplicates, view, text, root)


def text_key(raw: Mapping[str, Json], view: ClassView | None = None) -> str | None:
    """The key that holds the text decoder's config, or None when it is not nested."""
    names = ((view.text_key,) if view and view.text_key else ()) + TEXT_CONFIG_KEYS
    return next((name for name in names if isinstance(raw.get(name), dict)), None)
