from pathlib import Path

import pytest

from archinspect.report import View, terminal_view
from tests.report.results import REGISTRY


@pytest.mark.parametrize(
    ("environment", "is_terminal", "colour"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
    ],
)
def test_colour(environment: dict[str, str], is_terminal: bool, colour: bool) -> None:
    assert terminal_view(environment, is_terminal, 120).colour is colour


def test_only_a_terminal_has_a_width_of_its_own() -> None:
    assert terminal_view({}, True, 132).width == 132
    assert terminal_view({}, False, 132).width == 100


def test_places_are_relative_to_the_workspace(tmp_path: Path) -> None:
    target = tmp_path / "registry.toml"
    target.touch()
    link = tmp_path / "package" / "registry.toml"
    link.parent.mkdir()
    link.symlink_to(target)
    view = terminal_view({"GITHUB_WORKSPACE": str(tmp_path)}, False, 80)
    assert view.path(str(target)) == "registry.toml"
    assert view.path("/elsewhere/registry.toml") == "/elsewhere/registry.toml"
    assert View().path(str(target)) == str(target)


def test_a_model_is_found_where_the_registry_enters_it() -> None:
    view = View(registry=REGISTRY)
    assert [getattr(view.model_place(name), "line", None) for name in ("tiny", "unregistered")] == [3, 1]
    assert View().model_place("tiny") is None
