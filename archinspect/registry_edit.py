"""Write revisions into a registry.toml and leave every other byte of it alone.

One line per model is replaced or inserted, and the result is parsed again: it must differ from the
original in these revisions only. (Writing a parsed document back would touch other lines: tomlkit
0.15 drops the space after a date in an inline table.)
"""

from __future__ import annotations

import copy
import re
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archinspect.errors import UsageError

_COMMIT = re.compile(r"[0-9a-f]{40}")
_HEADER = re.compile(r"\s*\[")
_MODEL = re.compile(r"""\s*\[\s*models\s*\.\s*(?:([A-Za-z0-9_-]+)|"([^"\\]+)"|'([^']+)')\s*\]\s*(?:#.*)?""")
_KEY = re.compile(r"\s*(repo|revision)\s*=")
_VALUE = re.compile(r"""(\s*revision\s*=\s*)(?:"[^"]*"|'[^']*')""")


def pin(path: Path, revisions: Mapping[str, str]) -> tuple[str, ...]:
    """Set `revision` of these models in the file; returns the names of those that changed.

    The file is replaced whole or not at all. Raises UsageError when a model is not in it, a revision is
    no commit, or the file is laid out so that the edit cannot be made safely.
    """
    path = path.resolve()
    try:
        text = path.read_bytes().decode("utf-8")
        before = tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None
    edited, changed = pinned(text, before, revisions)
    if changed:
        temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.incomplete")
        try:
            temporary.write_bytes(edited.encode("utf-8"))
            temporary.chmod(path.stat().st_mode)
            temporary.replace(path)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}") from None
        finally:
            temporary.unlink(missing_ok=True)
    return changed


def pinned(text: str, before: Mapping[str, Any], revisions: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The text with the revisions set, and which models that changed; `before` is the parsed text."""
    wanted = copy.deepcopy(dict(before))
    changed = []
    for name, sha in revisions.items():
        if not _COMMIT.fullmatch(sha):
            raise UsageError(f"{name}: {sha[:80]!r} is not a commit")
        if name not in wanted.get("models", {}):
            raise UsageError(f"the registry has no model {name!r}")
        if wanted["models"][name].get("revision") != sha:
            wanted["models"][name]["revision"] = sha
            changed.append(name)
    lines = text.splitlines(keepends=True)
    for name in changed:
        _set(lines, name, revisions[name])
    edited = "".join(lines)
    if _parsed(edited) != wanted:
        hint = "write each model as a [models.NAME] table with one key per line"
        raise UsageError("the revisions cannot be written without touching other values", hint)
    return edited, tuple(changed)


def _set(lines: list[str], name: str, sha: str) -> None:
    """Replace the revision line of one model, or insert one after its repo line."""
    repo = None
    for number in range(_header(lines, name) + 1, len(lines)):
        if _HEADER.match(lines[number]):
            break
        key = _KEY.match(lines[number])
        if key and key[1] == "revision":
            lines[number] = _VALUE.sub(rf'\g<1>"{sha}"', lines[number], count=1)
            return
        if key:
            repo = number
    if repo is not None:
        ending = "\r\n" if lines[repo].endswith("\r\n") else "\n"
        if not lines[repo].endswith("\n"):
            lines[repo] += ending
        lines.insert(repo + 1, f'revision = "{sha}"{ending}')


def _header(lines: list[str], name: str) -> int:
    for number, line in enumerate(lines):
        match = _MODEL.fullmatch(line.rstrip("\r\n"))
        if match and name in match.groups():
            return number
    return len(lines)


def _parsed(text: str) -> Mapping[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
