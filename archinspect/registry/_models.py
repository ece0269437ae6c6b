"""`[sources.*]` and `[models.*]`: the documents and the repositories that claims are about."""

from __future__ import annotations

import re
from collections.abc import Mapping

from archinspect.records import ClaimSource, Json, ModelEntry
from archinspect.records.vocabulary import FieldSpec
from archinspect.registry._fields import Names
from archinspect.registry._lines import KeyPath
from archinspect.registry._problems import Problems, shown
from archinspect.registry._table import read_table

NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,94}[a-z0-9])?")
REPO = re.compile(r"(?!.*(?:--|\.\.))[A-Za-z0-9_](?:[\w.-]{0,94}\w)?/\w(?:[\w.-]{0,94}\w)?", re.ASCII)
COMMIT = re.compile(r"[0-9a-f]{40}")
GENERATION = re.compile(r"\d{1,4}(?:\.\d{1,4}){0,3}")

SOURCE_FIELDS = (
    FieldSpec("title", "string", "how the document is cited", required=True),
    FieldSpec(
        "kind",
        "string",
        "what sort of document it is",
        required=True,
        choices=("report", "card", "blog", "docs", "code", "dossier"),
    ),
    FieldSpec(
        "read",
        "string",
        "whether the document itself was read",
        required=True,
        choices=("primary", "secondhand"),
    ),
    FieldSpec("url", "string"),
    FieldSpec("date", "date"),
)
MODEL_FIELDS = (
    FieldSpec("repo", "string", "the repository on the Hub, org/name", required=True),
    FieldSpec("revision", "string"),
    FieldSpec(
        "role", "string", "what it is here for", required=True, choices=("current", "ancestor", "proxy")
    ),
    FieldSpec("lineage", "string"),
    FieldSpec("generation", "string"),
    FieldSpec("parent", "model"),
    FieldSpec("relation", "string"),
    FieldSpec("aliases", "strings"),
    FieldSpec("mirrors", "strings"),
    FieldSpec("note", "string"),
    FieldSpec("claims", "tables"),
)


def read_source(key: str, table: Mapping[str, Json], names: Names, problems: Problems) -> ClaimSource:
    """One `[sources.KEY]`."""
    path: KeyPath = ("sources", key)
    _name(key, path, "source", problems)
    good = read_table(table, path, SOURCE_FIELDS, names, problems)
    if not str(good.get("url", "https://")).startswith(("https://", "http://")):
        problems.add((*path, "url"), f"must start with https://, not {shown(good['url'])}")
    return ClaimSource(
        key=key,
        title=good.get("title", ""),
        kind=good.get("kind", ""),
        read=good.get("read", ""),
        url=good.get("url"),
        date=good.get("date"),
        place=problems.place(path),
    )


def read_model(name: str, table: Mapping[str, Json], names: Names, problems: Problems) -> ModelEntry:
    """One `[models.NAME]`, without its claims."""
    path: KeyPath = ("models", name)
    _name(name, path, "model", problems)
    good = read_table(table, path, MODEL_FIELDS, names, problems)
    _check_forms(good, path, problems)
    return ModelEntry(
        name=name,
        repo=good.get("repo", ""),
        revision=good.get("revision"),
        role=good.get("role", ""),
        place=problems.place(path),
        lineage=good.get("lineage"),
        generation=good.get("generation"),
        parent=good.get("parent"),
        relation=good.get("relation"),
        aliases=tuple(good.get("aliases", ())),
        mirrors=tuple(good.get("mirrors", ())),
        note=good.get("note"),
    )


def _name(name: str, path: KeyPath, what: str, problems: Problems) -> None:
    if not NAME.fullmatch(name):
        problems.add(path, f"a {what}'s name has small letters, digits, '.', '_' and '-' only")


def _check_forms(good: Mapping[str, Json], path: KeyPath, problems: Problems) -> None:
    forms = {
        "repo": (REPO, "must be a repository id, org/name"),
        "mirrors": (REPO, "must be repository ids, org/name"),
        "aliases": (NAME, "must be names: small letters, digits, '.', '_' and '-' only"),
        "revision": (COMMIT, "must be a commit: 40 hexadecimal digits; branches and tags move"),
        "generation": (GENERATION, "must be numbers with dots, so that generations have an order"),
        "lineage": (NAME, "must be a name: small letters, digits, '.', '_' and '-' only"),
    }
    for key, (pattern, message) in forms.items():
        value = good.get(key, [])
        for item in value if isinstance(value, list) else [value]:
            if not pattern.fullmatch(item):
                problems.add((*path, key), f"{message}; found {shown(item)}")
    if "generation" in good and "lineage" not in good:
        problems.add((*path, "generation"), "a generation needs the lineage it is one of")
