"""What may be concluded from what a config class does *not* have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archinspect.records import Config, Evidence, Json, Reading

DEEPEST = 8
"""Levels of a config below which no class puts a setting."""


def class_has_none(config: Config, *fragments: str, value: Json = None) -> Reading | None:
    """A fallback reading for a mechanism that no key of a known class is about.

    The class is asked by fragments of key names, so that a mechanism under another spelling is seen;
    the modelling source, when it can be read, has the last word.
    """
    view = config.class_view
    if view is None or view.class_name is None:
        return None
    names = {*_keys(view.values), *_keys(config.text.written)}
    if any(fragment in name for name in names for fragment in fragments):
        return None
    evidence = Evidence("default", f"{view.source}:{view.class_name}")
    return Reading(value, (evidence,), fallback=True)


def _keys(values: Mapping[str, Json], depth: int = 0) -> Iterator[str]:
    """The keys, and those of the blocks among the values (DBRX writes its experts in an ``ffn_config``)."""
    for key, value in values.items():
        yield key
        if isinstance(value, Mapping) and depth < DEEPEST:
            yield from _keys(value, depth + 1)
