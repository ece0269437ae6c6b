"""Which model classes a transformers has, read from the mapping tables in its source; nothing is imported."""

from __future__ import annotations

import importlib.util
import re
import zipfile
from functools import cache
from pathlib import Path
from typing import Final

TABLES: Final = "models/auto/modeling_auto.py"
CLASS_NAME: Final = re.compile(r"[\"'](\w+For[A-Z]\w+|[A-Z]\w+)[\"']")
LARGEST_BYTES: Final = 4 * 2**20


@cache
def known_architectures(transformers: Path | None = None) -> frozenset[str] | None:
    """Names of all classes that the auto classes can choose; None when there is no transformers to read.

    `transformers` is a folder of its source or a wheel; by default the installed one.
    """
    text = (
        _from_wheel(transformers) if transformers and transformers.is_file() else _from_folder(transformers)
    )
    names = frozenset(CLASS_NAME.findall(text)) if text else frozenset()
    return names or None


def _from_folder(folder: Path | None) -> str | None:
    if folder is None:
        spec = importlib.util.find_spec("transformers")
        places = list(spec.submodule_search_locations or ()) if spec else []
        candidates = [Path(place) for place in places]
    else:
        candidates = [folder, folder / "transformers", folder / "src" / "transformers"]
    for candidate in candidates:
        path = candidate / TABLES
        if path.is_file() and path.stat().st_size <= LARGEST_BYTES:
            return path.read_text(encoding="utf-8", errors="replace")
    return None


def _from_wheel(wheel: Path) -> str | None:
    try:
        with zipfile.ZipFile(wheel) as archive:
            entry = archive.getinfo(f"transformers/{TABLES}")
            content = archive.read(entry) if entry.file_size <= LARGEST_BYTES else b""
            return content.decode("utf-8", "replace")
    except (OSError, KeyError, zipfile.BadZipFile):
        return None
