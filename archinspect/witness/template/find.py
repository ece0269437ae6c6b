"""Where a repository keeps its chat templates, and which of them is used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from archinspect.errors import MalformedFileError
from archinspect.records import Json, Snapshot
from archinspect.records.tokenizer import Template, Templates
from archinspect.witness.json_files import parse_object

JINJA: Final = "chat_template.jinja"
PROCESSOR_JSON: Final = "chat_template.json"
TOKENIZER_CONFIG: Final = "tokenizer_config.json"
FOLDER: Final = "additional_chat_templates/"
DEFAULT: Final = "default"
TOOL_USE: Final = "tool_use"
"""The named template that transformers takes when tools are given."""


def find_templates(snapshot: Snapshot) -> Templates:
    """Every chat template, in the order in which transformers prefers them."""
    problems: dict[str, str] = {}
    found = [*_files(snapshot, problems), *_stated(snapshot, TOKENIZER_CONFIG, problems)]
    found += _stated(snapshot, PROCESSOR_JSON, problems)
    return Templates(tuple(found), problems, _unread(snapshot))


def _files(snapshot: Snapshot, problems: dict[str, str]) -> Iterator[Template]:
    for path, file in sorted(snapshot.files.items(), key=lambda item: (item[0] != JINJA, item[0])):
        if path == JINJA or (path.startswith(FOLDER) and path.endswith(".jinja")):
            name = DEFAULT if path == JINJA else path.removeprefix(FOLDER).removesuffix(".jinja")
            try:
                yield Template(name, path, file.content.decode("utf-8"))
            except UnicodeDecodeError as error:
                problems[path] = f"not UTF-8: byte {error.start}"


def _stated(snapshot: Snapshot, path: str, problems: dict[str, str]) -> Iterator[Template]:
    if path not in snapshot.files:
        return
    try:
        value: Json = parse_object(snapshot.files[path]).data.get("chat_template")
    except MalformedFileError as error:
        problems[path] = error.problem
        return
    at = f"{path}#/chat_template"
    entries = (
        value if isinstance(value, list) else [] if value is None else [{"name": DEFAULT, "template": value}]
    )
    for number, entry in enumerate(entries):
        where = f"{at}/{number}/template" if isinstance(value, list) else at
        name, text = (entry.get("name"), entry.get("template")) if isinstance(entry, dict) else (None, None)
        if isinstance(name, str) and isinstance(text, str):
            yield Template(name, where, text)
        else:
            problems[where] = f"is {type(text or entry).__name__}, expected a template"


def _unread(snapshot: Snapshot) -> str | None:
    for path in (JINJA, TOKENIZER_CONFIG, PROCESSOR_JSON):
        if path in snapshot.problems:
            return snapshot.problems[path].message
        if path not in snapshot.files and snapshot.has(path):
            return f"{path} was not read"
    if snapshot.listing is None:
        return f"{JINJA} is not among the files of this source, which may not have all of them"
    return None
