"""What a user may call a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from archinspect import catalogue, names
from archinspect.errors import UsageError
from archinspect.records import Registry


@pytest.fixture(scope="module")
def known() -> Registry:
    return catalogue.load_registry()


def test_a_registry_name_and_its_alias_are_one_model(known: Registry) -> None:
    entry = next(entry for entry in known.models.values() if entry.aliases)
    for name in (entry.name, entry.aliases[0], entry.repo):
        assert names.resolve(name, known).entry is entry


def test_another_revision_is_another_specimen(known: Registry) -> None:
    named = names.resolve("microsoft/Phi-4-mini-instruct@refs/pr/1", known)
    assert named.entry is None
    assert named.target.revision == "refs/pr/1"
    assert named.target.model == "microsoft/Phi-4-mini-instruct@refs/pr/1"


def test_an_unregistered_repository_is_read_without_claims(known: Registry) -> None:
    named = names.resolve("some-org/some.model_1", known)
    assert (named.entry, named.kind, named.target.repo) == (None, "hub", "some-org/some.model_1")


def test_a_folder_is_a_folder(known: Registry, tmp_path: Path) -> None:
    assert names.resolve(str(tmp_path), known).kind == "local"
    with pytest.raises(UsageError, match="no such folder"):
        names.resolve(str(tmp_path / "missing"), known)


@pytest.mark.parametrize(
    "name", ["phi-4-mny", "", "a/b/c", "org/../etc", "org/name@../..", "x y/z", "org/\x1b[2J"]
)
def test_what_names_nothing_is_an_error_with_a_next_step(known: Registry, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        names.resolve(name, known)
    assert caught.value.hint


def test_the_nearest_name_is_suggested(known: Registry) -> None:
    with pytest.raises(UsageError) as caught:
        names.resolve("phi-4-mny", known)
    assert caught.value.hint == "did you mean phi-4-mini?"


def test_a_role_or_lineage_that_nobody_has_is_an_error(known: Registry) -> None:
    for arguments in ({"roles": ["curent"]}, {"lineages": ["ph"]}):
        with pytest.raises(UsageError):
            names.select(known, (), **arguments)


def test_a_model_named_twice_is_looked_at_once(known: Registry) -> None:
    chosen = names.select(known, ["phi-4-mini", "microsoft/Phi-4-mini-instruct"])
    assert [named.target.model for named in chosen] == ["phi-4-mini"]
