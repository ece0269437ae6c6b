"""Which file is the registry, and its bytes."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from archinspect.errors import Problem, RegistryError

ENVIRONMENT_VARIABLE = "ARCHINSPECT_REGISTRY"
LARGEST_BYTES = 16 * 2**20


class Found(Struct, frozen=True):
    """A registry as it lies on disk."""

    file: str
    """As the reader would name it."""
    content: bytes


def find(path: Path | None) -> Found:
    """`path`, or the registry that the environment names, or the one that came with us.

    Raises RegistryError: not a readable file, too large.
    """
    path = path or _default_path()
    file = _shown(path)
    return Found(file, _bytes(path, file))


def one_problem(file: str, line: int, message: str) -> RegistryError:
    """The error for what ends the reading of a registry at once."""
    return RegistryError([Problem(file, line, "registry", message)])


def _default_path() -> Path:
    if chosen := os.environ.get(ENVIRONMENT_VARIABLE):
        return Path(chosen).expanduser()
    return Path(__file__).parent.parent / "registry.toml"


def _shown(path: Path) -> str:
    """As the reader would name it: relative when below the working directory, links followed."""
    try:
        resolved = path.resolve()
        return str(resolved.relative_to(Path.cwd().resolve()))
    except (OSError, ValueError, RuntimeError):
        return str(path.resolve()) if path.exists() else str(path)


def _bytes(path: Path, file: str) -> bytes:
    try:
        if path.is_dir():
            raise one_problem(file, 1, "the registry is a directory; name the TOML file in it")
        with path.open("rb") as stream:
            content = stream.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise one_problem(
            file, 1, f"no such file; give --registry or {ENVIRONMENT_VARIABLE} a registry's path"
        ) from None
    except (OSError, ValueError) as error:
        raise one_problem(file, 1, f"cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(content) > LARGEST_BYTES:
        raise one_problem(file, 1, f"larger than {LARGEST_BYTES} bytes; a registry holds claims, not data")
    return content
