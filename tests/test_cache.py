"""The cache: whole entries or none, damage is a miss, a cache that cannot be written is passed over."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from archinspect import cache
from archinspect.cache_contents import clear, contents


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ARCHINSPECT_CACHE", str(tmp_path))
    return tmp_path


def test_what_was_stored_is_found_again() -> None:
    cache.store("kind", "ab" * 32, {"x": [1, None]})
    assert cache.load("kind", "ab" * 32) == {"x": [1, None]}
    assert cache.load("other", "ab" * 32) is None


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"other": 1}', b"\xff" * 10])
def test_a_damaged_entry_is_a_miss(here: Path, damage: bytes) -> None:
    cache.store("kind", "ab" * 32, 1)
    (entry,) = here.rglob("*.json")
    entry.write_bytes(damage)
    assert cache.load("kind", "ab" * 32) is None
    cache.store("kind", "ab" * 32, 2)
    assert cache.load("kind", "ab" * 32) == 2


def test_a_cache_that_cannot_be_written_fails_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("ARCHINSPECT_CACHE", str(tmp_path / "file"))
    cache.store("kind", "ab" * 32, 1)
    assert cache.load("kind", "ab" * 32) is None
    assert contents().entries == 0


def test_no_reader_sees_half_an_entry() -> None:
    value = {"numbers": list(range(20_000))}
    seen: list[object] = []

    def write() -> None:
        for _ in range(20):
            cache.store("kind", "ab" * 32, value)

    def read() -> None:
        seen.extend(cache.load("kind", "ab" * 32) for _ in range(100))

    threads = [threading.Thread(target=target) for target in (write, write, read, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(item in (None, value) for item in seen)


def test_clear_removes_our_entries_and_nothing_else(here: Path) -> None:
    cache.store("kind", "ab" * 32, 1)
    (here / "precious").mkdir()
    (here / "precious" / "file").write_text("x")
    assert clear().entries == 1
    assert contents().entries == 0
    assert (here / "precious" / "file").exists()


def test_keys_depend_on_every_part_and_on_their_order() -> None:
    keys = {cache.key_of("a", "bc"), cache.key_of("ab", "c"), cache.key_of("bc", "a"), cache.key_of("abc")}
    assert len(keys) == 4


def test_packed_bytes_are_found_again_and_a_damaged_one_is_a_miss(here: Path) -> None:
    cache.store_bytes("kind", "ab" * 32, b"text" * 1000)
    assert cache.load_bytes("kind", "ab" * 32) == b"text" * 1000
    assert contents().entries == 1
    (entry,) = here.rglob("*.z")
    for damage in (b"", b"x" * 20, entry.read_bytes()[:-5]):
        entry.write_bytes(damage)
        assert cache.load_bytes("kind", "ab" * 32) is None


def test_what_would_unpack_without_end_is_a_miss(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.store_bytes("kind", "ab" * 32, b"x" * 10_000)
    monkeypatch.setattr(cache, "LARGEST_ENTRY_BYTES", 9_999)
    assert cache.load_bytes("kind", "ab" * 32) is None
