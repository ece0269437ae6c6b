"""What a config's class makes of it, as a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .config_values import Origin, config_values, origins_of
from .configs import build_config, config_of_type, evaluator, run_bounded, text_config
from .interp.budget import Limits
from .interp.evaluator import Evaluator
from .interp.values import ConfigObject
from .tree import SourceTree


class ResolvedConfig(NamedTuple):
    """A config's values after its class ran.

    ``values`` are nested plain data; what could not be known is left out and listed in ``unknowns``
    (dotted key to
    reason). ``origins`` has a dotted key for every value. ``text_path`` is the dotted key of the text
    decoder's sub-config,
    the empty string when the config is the decoder's own. ``notes`` says what was unusual.
    """

    class_name: str
    location: str
    values: Mapping[str, Any]
    origins: Mapping[str, Origin]
    text_path: str
    unknowns: Mapping[str, str]
    notes: tuple[str, ...]
    text_class_name: str
    text_names: Mapping[str, str]
    """The text decoder's class: standard attribute name to its own spelling (its ``attribute_map``)."""


def resolve_config(
    config: Mapping[str, Any], tree: SourceTree, *, limits: Limits | None = None
) -> ResolvedConfig:
    """What the config's class makes of it. Raises BlueprintError when the class is not there or
    refuses it.
    """

    def work() -> ResolvedConfig:
        ev = evaluator(tree, limits)
        root, notes = build_config(ev, config)
        return describe_config(ev, root, config, notes)

    return run_bounded(config_of_type(config), work)


def describe_config(
    ev: Evaluator, root: ConfigObject, stated: Mapping[str, Any], notes: list[str]
) -> ResolvedConfig:
    """The record of an interpreted config."""
    unknowns: dict[str, str] = {}
    origins: dict[str, Origin] = {}
    values = config_values(ev, root, "", unknowns)
    origins_of(root, values, stated, "", origins)
    text = text_config(ev, root)
    names = text.cls.find("attribute_map")
    location = f"{root.cls.module.label}#L{root.cls.line}" if root.cls.module is not None else "?"
    return ResolvedConfig(
        root.cls.name,
        location,
        values,
        origins,
        text.path or "",
        unknowns,
        tuple(notes),
        text.cls.name,
        {str(key): str(own) for key, own in names.items()} if isinstance(names, dict) else {},
    )
