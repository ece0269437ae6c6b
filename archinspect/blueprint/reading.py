"""What the analysis of the forward trace works on: a built model, its config and its trace, before any
conclusion.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from .records import Parameter, Shape
from .trace import Trace


class ModuleView(Struct, frozen=True):
    """One module of the built tree.

    ``bases``: names of the class's method resolution order. ``attributes``: simple attributes (numbers,
    strings,
    booleans, None, and lists or tuples of them). ``parameters``: own parameters by local name, with
    shapes. ``children``: local name to full
    path, in order. ``methods``: names of the functions its class and bases define in the source.
    """

    path: str
    class_name: str
    bases: tuple[str, ...]
    location: str
    attributes: Mapping[str, Any]
    parameters: Mapping[str, Shape | None]
    children: Mapping[str, str]
    methods: frozenset[str] = frozenset()


class Reading(Struct, frozen=True):
    """A built model as the facts package receives it: ``derive(reading) -> dict[str, CodeFact]``.

    ``config``: the text decoder's resolved config values (nested). ``root_config``: the whole config.
    ``text_path``: the path of the text
    decoder's base model among the modules (the module that owns embeddings and layers, e.g. ``model`` or
    ``model.language_model``). ``layers_path``: the path of its list of layers (``model.layers``), None
    when it could not be told. ``missing``: parts that could not be built, by path: why, and the line.
    ``trace`` is None, with ``trace_unknown`` saying why, when the forward could not be followed.
    """

    source: str
    class_name: str
    config_class: str
    config: Mapping[str, Any]
    root_config: Mapping[str, Any]
    modules: Mapping[str, ModuleView]
    parameters: Mapping[str, Parameter]
    tied: tuple[tuple[str, ...], ...]
    text_path: str
    layers_path: str | None
    embedding_path: str | None
    head_path: str | None
    trace: Trace | None
    trace_unknown: str | None = None
    config_keys_read: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, tuple[str, str]] = field(default_factory=dict)
