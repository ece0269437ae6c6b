"""registry.toml -> Registry: strict, every mistake at once, each with its line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archinspect.registry._find import ENVIRONMENT_VARIABLE, Found, find

if TYPE_CHECKING:
    from archinspect.records import Registry
    from archinspect.records.vocabulary import Vocabulary

__all__ = ["ENVIRONMENT_VARIABLE", "Found", "find", "load", "read"]


def load(path: Path | None, vocabulary: Vocabulary) -> Registry:
    """Find, read and check a registry. Raises RegistryError as `find` and `read` do."""
    return read(find(path), vocabulary)


def read(found: Found, vocabulary: Vocabulary) -> Registry:
    """Read and check a registry that was found.

    Raises RegistryError with every mistake in it: file, line, key, what is wrong and the nearest valid name.
    """
    from archinspect.registry._load import registry_of
    from archinspect.registry._read import parse

    return registry_of(parse(found), vocabulary)
