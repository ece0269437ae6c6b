"""What may be concluded from what a config class does *not* have."""

from __future__ import annotations

from archinspect.records import Config, Evidence, Json, Reading


def class_has_none(config: Config, *fragments: str, value: Json = None) -> Reading | None:
    """A fallback reading for a mechanism that no key of a known class is about.

    The class is asked by fragments of key names, so that a mechanism under another spelling is seen;
    the modelling source, when it can be read, has the last word.
    """
    view = config.class_view
    if view is None or view.class_name is None:
        return None
    names = {*view.values, *config.text.written}
    if any(fragment in name for name in names for fragment in fragments):
        return None
    evidence = Evidence("default", f"{view.source}:{view.class_name}")
    return Reading(value, (evidence,), fallback=True)
