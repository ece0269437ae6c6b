"""What may be concluded from a config class alone, and from what it does *not* have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archinspect.records import Config, Evidence, Json, Reading, Testimony

TRANSFORMERS = "transformers=="
"""How the place of a class of a published release begins."""
DEEPEST = 8
"""Levels of a config below which no class puts a setting."""


def is_own_code(config: Config, code: Testimony) -> bool:
    """Whether the model is the repository's own class, or a class of its own takes the config."""
    view = config.class_view
    own_config = view is not None and bool(view.class_name) and not view.source.startswith(TRANSFORMERS)
    return own_config or "modelling_code" in code.answers


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
