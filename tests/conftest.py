"""What all tests share: published configs by repository, and a cache of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archinspect.derive import derive
from archinspect.records import Fact, SourceFile, Testimony, git_blob_id
from archinspect.witness.classes import ask_classes
from archinspect.witness.config import read_config

FIXTURES = Path(__file__).parent / "fixtures"
SNAPSHOT = Path(__file__).parent.parent / "archinspect" / "snapshot"


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test reads or writes the user's cache; what one test learns, the next may use."""
    folder = tmp_path_factory.mktemp("archinspect-cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARCHINSPECT_CACHE", str(folder))
        patch.delenv("ARCHINSPECT_REGISTRY", raising=False)
        yield folder


def config_bytes(repo: str) -> bytes:
    """config.json of a repository, from the bundled snapshot or the fixtures."""
    name = repo.replace("/", "--")
    for folder in (SNAPSHOT, FIXTURES):
        if (folder / name / "config.json").is_file():
            return (folder / name / "config.json").read_bytes()
    raise FileNotFoundError(repo)


def source_file(content: bytes | str | Any, path: str = "config.json") -> SourceFile:
    """A file with these bytes; anything that is not bytes or text is written as JSON."""
    if not isinstance(content, (bytes, str)):
        content = json.dumps(content)
    data = content.encode() if isinstance(content, str) else content
    return SourceFile(path, data, git_blob_id(data), "unverified")


def facts_of(config: Any, with_class: bool = False, code: Testimony | None = None) -> dict[str, Fact]:
    """The facts of a config, from its keys alone, with its class's view, or with what the code says."""
    file = source_file(config)
    view = ask_classes([json.loads(file.content)])[0] if with_class else None
    silent = Testimony()
    return derive(
        {
            "config": read_config(file, view),
            "code": code or silent,
            "tensors": silent,
            "tokenizer": silent,
            "hub": silent,
        }
    )
