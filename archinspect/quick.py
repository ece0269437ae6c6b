"""`archinspect tensors ./FOLDER --format json`, answered without the command line's libraries.

Build scripts ask for names and shapes of a config that they have at hand, and loading a command line takes
longer than reading the source. Only the plain case is answered here; whatever is unusual, errors included, is
left to the whole command, which writes the same for the plain case too.
"""

from __future__ import annotations

import os
import sys

from archinspect.collector import at_rest
from archinspect.errors import ArchinspectError
from archinspect.hints import Any

LARGEST_CONFIG_BYTES = 2**20
_REPORT = """{
  "class": "%s",
  "kind": "tensors",
  "model": "%s",
  "problem": null,
  "schema_version": 1,
  "source": "%s",
  "tensors": %s
}
"""
_ENTRY = """    {
      "name": "%s",
      "shape": %s,
      "tied_to": %s
    }"""
_NAMES = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")


def answer(arguments: list[str]) -> None:
    """End the process with the answer written, or return."""
    if len(arguments) != 3 or arguments[1:] != ["--format", "json"] or sys.stdout is None:
        return
    place = arguments[0]
    if not place.startswith((".", "/")) or not set(place) <= _NAMES | {"/"}:
        return
    with at_rest():
        text = _listed(place)
        if text is None:
            return
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError:
            return
        # The system takes a process's memory back faster than Python frees its objects one by one.
        os._exit(0)


def _listed(place: str) -> str | None:
    config = _config(f"{place}/config.json")
    if config is None or "auto_map" in config:
        return None
    from archinspect.blueprint.tensors import tensors

    try:
        made = tensors(config)
    except ArchinspectError:
        return None
    if not set(made.class_name + made.source).union(*made.shapes) <= _NAMES | {"="}:
        return None
    if None in made.shapes.values():
        return None
    tied = made.tied_to
    entries = [
        _ENTRY % (name, _sizes(shape or ()), f'"{tied[name]}"' if name in tied else "null")
        for name, shape in made.shapes.items()
    ]
    listed = ",\n".join(entries)
    return _REPORT % (made.class_name, place, made.source, f"[\n{listed}\n  ]" if entries else "[]")


def _config(path: str) -> dict[str, Any] | None:
    import json

    try:
        if not os.path.isfile(path) or os.path.getsize(path) > LARGEST_CONFIG_BYTES:  # noqa: PTH113, PTH202
            return None
        with open(path, encoding="utf-8") as stream:  # noqa: PTH123 - pathlib takes longer than the file
            found = json.load(stream)
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _sizes(shape: tuple[int, ...]) -> str:
    if not shape:
        return "[]"
    return "[\n" + ",\n".join(f"        {size}" for size in shape) + "\n      ]"
