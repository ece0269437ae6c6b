"""`archinspect tensors|blueprint ./FOLDER --format json`, answered without the command line's libraries.

Build scripts ask for names and shapes of a config that they have at hand, and loading a command line takes
longer than reading the source. Only the plain case is answered here: tensors are read anew, of a blueprint
there is what the whole command wrote before. Whatever is unusual, errors included, is left to the whole
command, which writes the same for the plain case too.
"""

from __future__ import annotations

import os
import sys

from archinspect.answers import SIMPLE, is_folder, recall
from archinspect.collector import at_rest
from archinspect.errors import ArchinspectError
from archinspect.hints import Any

COMMANDS = ("blueprint", "tensors")
LARGEST_CONFIG_BYTES = 2**20
_REPORT = """{
  "class": "%s",
  "kind": "tensors",
  "model": "%s",
  "problem": null,
  "schema_version": 1,
  "source": "%s",
  "tensors": %s,
  "unknowns": []
}
"""
_ENTRY = """    {
      "name": "%s",
      "shape": %s,
      "tied_to": %s
    }"""


def answer(arguments: list[str]) -> None:
    """End the process with the answer written, or return."""
    if not _is_plain(arguments) or sys.stdout is None:
        return
    with at_rest():
        written = _answer(*arguments[:2])
        if written is None:
            return
        try:
            sys.stdout.buffer.write(written)
            sys.stdout.flush()
        except OSError:
            return
        # The system takes a process's memory back faster than Python frees its objects one by one.
        os._exit(0)


def _is_plain(arguments: list[str]) -> bool:
    command, place, *options = arguments if len(arguments) == 4 else ("", "")
    wanted = command in COMMANDS and options == ["--format", "json"] and is_folder(place)
    return (
        wanted and "ARCHINSPECT_REGISTRY" not in os.environ
    )  # a broken one is for the whole command to tell


def _answer(command: str, place: str) -> bytes | None:
    content = _content(f"{place}/config.json")
    config = None if content is None else _config(content)
    if content is None or config is None or "auto_map" in config:
        return None  # a repository's own code is more than config.json
    return recall(command, place, content) if command == "blueprint" else _listed(place, config)


def _listed(place: str, config: dict[str, Any]) -> bytes | None:
    from archinspect.blueprint.tensors import tensors

    try:
        made = tensors(config)
    except ArchinspectError:
        return None
    if not set(made.class_name + made.source).union(*made.shapes) <= SIMPLE | {"="}:
        return None
    if made.missing or None in made.shapes.values():
        return None
    tied = made.tied_to
    sizes = {shape: _sizes(shape or ()) for shape in set(made.shapes.values())}
    entries = [
        _ENTRY % (name, sizes[shape], f'"{tied[name]}"' if name in tied else "null")
        for name, shape in made.shapes.items()
    ]
    listed = ",\n".join(entries)
    report = _REPORT % (made.class_name, place, made.source, f"[\n{listed}\n  ]" if entries else "[]")
    return report.encode("ascii")


def _config(content: bytes) -> dict[str, Any] | None:
    import json

    try:
        found = json.loads(content.decode())
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _content(path: str) -> bytes | None:
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > LARGEST_CONFIG_BYTES:  # noqa: PTH113, PTH202
            return None
        with open(path, "rb") as stream:  # noqa: PTH123 - pathlib takes longer than the file
            return stream.read(LARGEST_CONFIG_BYTES)
    except OSError:
        return None


def _sizes(shape: tuple[int, ...]) -> str:
    if not shape:
        return "[]"
    return "[\n" + ",\n".join(f"        {size}" for size in shape) + "\n      ]"
