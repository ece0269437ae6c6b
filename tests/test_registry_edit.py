"""Pinning revisions: one line per model, every other byte as it was."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from archinspect.errors import UsageError
from archinspect.registry_edit import pin

A, B = "a" * 40, "b" * 40
TEXT = f"""# kept
[models.first]   # also kept
repo = "org/first"  # and this
role = "current"
until = {{ reason = "x", until = 2027-06-30 }}

[[models.first.claims]]
id = "a"
revision = "not this one"

[models."second.two"]
role = "ancestor"
revision = "{B}"  # pinned in May
repo = "org/second"
"""


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    path = tmp_path / "registry.toml"
    path.write_text(TEXT)
    return path


def test_a_revision_is_inserted_or_replaced(registry: Path) -> None:
    assert pin(registry, {"first": A, "second.two": A}) == ("first", "second.two")
    inserted = TEXT.replace('"org/first"  # and this\n', f'"org/first"  # and this\nrevision = "{A}"\n')
    assert registry.read_text() == inserted.replace(B, A)


def test_nothing_changes_when_it_is_pinned_already(registry: Path) -> None:
    before = registry.stat().st_mtime_ns
    assert pin(registry, {"second.two": B}) == ()
    assert registry.stat().st_mtime_ns == before


def test_line_ends_stay_what_they_are(registry: Path) -> None:
    registry.write_bytes(TEXT.replace("\n", "\r\n").encode())
    pin(registry, {"first": A})
    assert registry.read_bytes().count(b"\r\n") == registry.read_bytes().count(b"\n")


def test_a_link_stays_a_link(registry: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(registry)
    pin(link, {"first": A})
    assert link.is_symlink()
    assert A in registry.read_text()


@pytest.mark.parametrize(
    ("text", "revisions", "says"),
    [
        (TEXT, {"third": A}, "no model 'third'"),
        (TEXT, {"first": "main"}, "not a commit"),
        (TEXT, {"first": A + "\n"}, "not a commit"),
        ('models = { first = { repo = "org/first" } }', {"first": A}, "cannot be written"),
        (f'x = """\n[models.first]\nrepo = 1\n"""\n{TEXT}', {"first": A}, "cannot be written"),
        ("[models", {}, "cannot be read"),
    ],
)
def test_what_cannot_be_pinned_is_said_and_nothing_written(
    tmp_path: Path, text: str, revisions: dict[str, str], says: str
) -> None:
    path = tmp_path / "registry.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=says):
        pin(path, revisions)
    assert path.read_text() == text


def test_the_shipped_registry_can_be_pinned(tmp_path: Path) -> None:
    shipped = Path(__file__).parent.parent / "registry.toml"
    path = tmp_path / "registry.toml"
    path.write_bytes(shipped.read_bytes())
    models = tomllib.loads(shipped.read_text())["models"]
    pin(path, dict.fromkeys(models, A))
    assert {entry["revision"] for entry in tomllib.loads(path.read_text())["models"].values()} == {A}
    old, new = shipped.read_text().splitlines(), path.read_text().splitlines()
    assert [line for line in new if A not in line] == [
        line for line in old if not line.startswith("revision")
    ]
