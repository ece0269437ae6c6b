"""Every type and config of the truth fixtures: class, names, shapes, ties and resolved values as torch
has them.
"""

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from archinspect.blueprint.build import Built
from archinspect.blueprint.read import read_model
from archinspect.blueprint.resolved import resolve_config
from archinspect.blueprint.tree import SourceTree, installed_tree
from archinspect.errors import BlueprintError

from .truth_fixture import load, shapes, tied

INSTALLED = "5.23.0"
OTHERS = ("5.24.0", "4.57.6")
WHEELS = os.environ.get("ARCHINSPECT_WHEELS")
"""A folder of transformers wheels: with it, releases other than the installed one are compared too."""


@cache
def tree_of(version: str) -> SourceTree:
    if installed_tree().version == version:
        return installed_tree()
    if not WHEELS:
        pytest.skip(
            f"transformers {version} is not installed and ARCHINSPECT_WHEELS names no folder of wheels"
        )
    return SourceTree.from_path(Path(WHEELS) / f"transformers-{version}-py3-none-any.whl")


def entries(kind: str) -> list[Any]:
    return [
        pytest.param(version, one, id=f"{version}-{one['id']}")
        for version in (INSTALLED, *(OTHERS if WHEELS else []))
        for one in load(version)[kind]
    ]


def build(version: str, entry: dict[str, Any]) -> Built:
    return read_model(entry["config"], tree_of(version))[1]


@pytest.mark.parametrize(("version", "entry"), entries("entries"))
def test_names_shapes_and_ties_are_torchs(version: str, entry: dict[str, Any]) -> None:
    built = build(version, entry)
    assert built.cls.name == entry["class"]
    assert {name: one.shape for name, one in built.parameters.items()} == shapes(entry)
    assert {frozenset(group) for group in built.tied} == tied(entry)


IGNORED = {
    "_name_or_path",
    "transformers_version",
    "output_attentions",
    "torch_dtype",
    "dtype",
    "quantization_config",
}
"""Not of the architecture, or set when a model is made rather than by the config class."""


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: plain(one) for key, one in value.items() if key not in IGNORED and not key.startswith("_")
        }
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize(("version", "entry"), entries("entries"))
def test_resolved_values_are_transformers(version: str, entry: dict[str, Any]) -> None:
    values: Any = resolve_config(entry["config"], tree_of(version)).values
    ours, theirs = (
        plain(values[entry["config_path"]] if entry["config_path"] else values),
        plain(entry["resolved"]),
    )
    for key in ("is_decoder", "is_encoder_decoder"):  # some models' constructors set these on their config
        ours.pop(key, None), theirs.pop(key, None)
    assert ours == theirs


BUILDABLE_HERE = {
    f"{version}:default:{one}" for version in (INSTALLED, *OTHERS) for one in ("bamba", "speech_to_text_2")
}
"""Refused by the library's import for reasons that are not the architecture's."""


@pytest.mark.parametrize(("version", "entry"), entries("failed"))
def test_what_the_library_refuses_is_refused(version: str, entry: dict[str, Any]) -> None:
    if f"{version}:{entry['id']}" in BUILDABLE_HERE:
        assert build(version, entry).parameters
        return
    with pytest.raises(BlueprintError):
        build(version, entry)
