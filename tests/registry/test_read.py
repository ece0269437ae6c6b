"""Files that are no registry: each says what is wrong, where, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from archinspect.errors import RegistryError
from archinspect.registry import ENVIRONMENT_VARIABLE, _find, _read
from archinspect.registry._read import dotted, read_document


def problem_of(path: Path | None) -> str:
    with pytest.raises(RegistryError) as caught:
        read_document(path)
    return str(caught.value)


def write(folder: Path, content: bytes) -> Path:
    file = folder / "r.toml"
    file.write_bytes(content)
    return file


def test_no_file(tmp_path: Path) -> None:
    assert "no such file; give --registry" in problem_of(tmp_path / "absent.toml")


def test_a_directory(tmp_path: Path) -> None:
    assert "is a directory" in problem_of(tmp_path)


def test_an_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    file = write(tmp_path, b"")
    monkeypatch.setattr(Path, "open", refuse)
    assert "cannot be read: Permission denied" in problem_of(file)


def test_a_name_that_no_file_can_have() -> None:
    assert "cannot be read" in problem_of(Path("a\0b"))


def test_not_utf8_names_the_line_of_the_byte(tmp_path: Path) -> None:
    message = problem_of(write(tmp_path, b"[a]\nb = 1\nc = '\xff'\n"))
    assert ":3: " in message
    assert "0xff" in message


def test_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_find, "LARGEST_BYTES", 10)
    assert "larger than 10 bytes" in problem_of(write(tmp_path, b"a = 'too long'\n"))


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"[a]\nb = \n", 2), (b"[a\n", 1), (b"\xef\xbb\xbfa = 1\n", 1), (b"a = 1\n\nb = '''x", 3)],
)
def test_not_toml_names_the_line(tmp_path: Path, content: bytes, line: int) -> None:
    message = problem_of(write(tmp_path, content))
    assert f":{line}: toml: not TOML" in message


def test_keys_written_twice_are_all_named(tmp_path: Path) -> None:
    message = problem_of(write(tmp_path, b"[a]\nx = 1\nx = 2\n[b]\ny = 1\n[b]\n"))
    assert "3: a.x: is written twice; the first is on line 2" in message
    assert "6: b: is written twice; the first is on line 4" in message


def test_nested_too_deeply(tmp_path: Path) -> None:
    message = problem_of(write(tmp_path, b"a = " + b"[" * 100_000 + b"]" * 100_000))
    assert "nested too deeply" in message


def test_the_environment_names_a_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, b"a = 2027-06-30\n")
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(file))
    assert read_document(None).data == {"a": "2027-06-30"}


def test_files_are_named_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_document(write(tmp_path, b"")).file == "r.toml"


def test_the_bundled_registry_is_the_one_at_the_top() -> None:
    shipped = Path(_read.__file__).parents[1] / "registry.toml"
    assert read_document(None).data == read_document(shipped).data


def test_paths_in_words() -> None:
    assert dotted(("models", "a", "claims", 0, "value")) == "models.a.claims[0].value"
