"""What the analysis of the forward trace works on: a built model, its config and its trace, before any
conclusion.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from .records import Parameter, Shape
from .trace import Trace

_NUMBER = re.compile(r"\D")


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


def lists_of_layers(
    among: Mapping[str, ModuleView], modules: Mapping[str, ModuleView]
) -> dict[str, ModuleView]:
    """Those of some modules that may be a list of layers, by path: torch's lists, and several modules of one
    class of the source that stand in sequence or are numbered in a dictionary."""
    return {path: one for path, one in among.items() if one.children and _lists(modules, one)}


def _lists(modules: Mapping[str, ModuleView], one: ModuleView) -> bool:
    if one.class_name == "ModuleList":
        return True
    if one.class_name not in ("Sequential", "ModuleDict") or len(one.children) < 2:
        return False
    kinds = {(modules[path].class_name, modules[path].location) for path in one.children.values()}
    numbers = [int(digits) for digits in (_NUMBER.sub("", name) for name in one.children) if digits]
    counted = numbers == list(range(numbers[0], numbers[0] + len(one.children))) if numbers else False
    return counted and len(kinds) == 1 and not kinds.pop()[1].startswith("torch.nn.")


def elements_below(parameters: Mapping[str, Parameter], path: str) -> int:
    """Elements of all parameters under a path."""
    return sum(one.elements or 0 for name, one in parameters.items() if name.startswith(f"{path}."))


def around(name: str) -> list[str]:
    """A dotted name and every prefix of it."""
    return [*(name[:at] for at, letter in enumerate(name) if letter == "."), name]
