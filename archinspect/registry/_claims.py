"""`[[models.NAME.claims]]` and `[[claims]]`: what is said, of whom, and where it was read."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence

from archinspect.records import Acknowledgement, Claim, ClaimSource, Json
from archinspect.records.vocabulary import FieldSpec, KindSpec
from archinspect.registry._fields import Names
from archinspect.registry._lines import KeyPath
from archinspect.registry._problems import Problems, nearest, shown
from archinspect.registry._table import read_table

DEFAULT_SELECTOR = "model"
CLAIM_ID = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,78}[a-z0-9])?")

COMMON_FIELDS = (
    FieldSpec("id", "string", "a name that is never used again", required=True),
    FieldSpec("about", "fact"),
    FieldSpec("kind", "string"),
    FieldSpec("select", "string"),
    FieldSpec("source", "string", "the key of a [sources.KEY] that says it", required=True),
    FieldSpec("section", "string"),
    FieldSpec("note", "string"),
    FieldSpec("acknowledged", "any"),
)
ATTRIBUTE_FIELDS = (
    FieldSpec("nominal", "boolean", "a name's size: reported, never failing"),
    FieldSpec("opinion", "boolean", "recorded, never judged"),
    FieldSpec("true_of", "model", "the model of which the statement is true (misattributed)"),
    FieldSpec("proxy", "model", "judged on this model where the subject cannot say"),
    FieldSpec("proxy_for", "string", "what was never published, for which the subject stands in"),
    FieldSpec("conflicts_with", "claims", "claims of other sources about the same thing"),
)
ACKNOWLEDGED_FIELDS = (
    FieldSpec("reason", "string", "why the contradiction is accepted", required=True),
    FieldSpec("until", "date", "the day it is to be looked at again", required=True),
)


class ClaimReader:
    """Reads claims against the sources, models and vocabulary that are already known."""

    def __init__(self, sources: Mapping[str, ClaimSource], names: Names, problems: Problems) -> None:
        self._sources = sources
        self._names = names
        self._problems = problems
        self._seen: dict[str, KeyPath] = {}
        self._fields: dict[tuple[str | None, ...], tuple[FieldSpec, ...]] = {}

    def read(self, table: Mapping[str, Json], path: KeyPath, subject: str | None) -> Claim:
        """One claim; `subject` is None for a claim about a set."""
        selector_name, selector = self._selector(table, path, subject)
        kind_name, kind = self._kind(table, path, selector)
        specs = (kind, selector)
        good = read_table(table, path, self._fields_for(specs), self._names, self._problems)
        self._check_about(table, path, kind, selector)
        self._check_needs(table, path, specs)
        if kind is not None and kind.needs_model and not (subject or self._names_model(table, selector)):
            self._problems.add(path, "'model' is missing: which model the statement is about")
        return Claim(
            id=self._id(good, path, subject),
            subject=subject,
            about=good.get("about", ""),
            kind=kind_name,
            params=_part(good, kind),
            source=self._source(good, path),
            place=self._problems.place((*path, "id")),
            section=good.get("section"),
            note=good.get("note"),
            acknowledged=self._acknowledged(good, path),
            select=self._select(good, selector_name, selector, subject),
            attributes={spec.name: good[spec.name] for spec in ATTRIBUTE_FIELDS if spec.name in good},
        )

    def check_references(self, claims: Sequence[tuple[Claim, KeyPath]]) -> None:
        """Claims that claims refer to, once every id is known."""
        for claim, path in claims:
            kinds, selectors = self._names.vocabulary.kinds, self._names.vocabulary.selectors
            specs = (kinds.get(claim.kind), selectors.get(claim.select["select"]))
            for spec in self._fields_for(specs):
                if spec.type in ("claim", "claims"):
                    values = {**claim.attributes, **claim.params, **claim.select}
                    self._check_claims(values.get(spec.name, []), (*path, spec.name))

    def _fields_for(self, specs: tuple[KindSpec | None, ...]) -> tuple[FieldSpec, ...]:
        key = tuple(spec.name if spec else None for spec in specs)
        if key not in self._fields:
            self._fields[key] = (*COMMON_FIELDS, *ATTRIBUTE_FIELDS, *_fields_of(specs))
        return self._fields[key]

    def _check_claims(self, value: Json, path: KeyPath) -> None:
        for name in value if isinstance(value, list) else [value]:
            if name not in self._seen:
                self._problems.add(path, f"unknown claim {shown(name)}{nearest(name, self._seen)}")

    def _selector(
        self, table: Mapping[str, Json], path: KeyPath, subject: str | None
    ) -> tuple[str, KindSpec | None]:
        name = table.get("select", DEFAULT_SELECTOR)
        known = self._names.vocabulary.selectors
        if isinstance(name, str) and name in known:
            return name, known[name]
        if "select" in table:
            near = nearest(name, known) if isinstance(name, str) else ""
            self._problems.add((*path, "select"), f"unknown selector {shown(name)}{near}")
        return str(name), None

    def _kind(
        self, table: Mapping[str, Json], path: KeyPath, selector: KindSpec | None
    ) -> tuple[str, KindSpec | None]:
        known = self._names.vocabulary.kinds
        if "kind" not in table:
            if selector is not None and selector.alone:
                for field in selector.without_kind:
                    if field not in table:
                        self._problems.add(path, f"{selector.name} needs {field!r}, or a kind")
                return selector.name, None
            self._problems.add(path, "'kind' is missing: how the statement is to be judged")
            return "", None
        name = table["kind"]
        if selector is not None and not selector.composes:
            self._problems.add((*path, "kind"), f"{selector.name} is judged by itself; leave the kind out")
        if isinstance(name, str) and name in known:
            return name, known[name]
        near = nearest(name, known) if isinstance(name, str) else ""
        self._problems.add((*path, "kind"), f"unknown kind {shown(name)}{near}")
        return str(name), None

    def _check_about(
        self, table: Mapping[str, Json], path: KeyPath, kind: KindSpec | None, selector: KindSpec | None
    ) -> None:
        spec = kind or (selector if selector is not None and selector.alone else None)
        if spec is None:
            return
        if spec.about == "fact" and "about" not in table:
            self._problems.add(path, f"'about' is missing: {spec.name} judges a fact")
        if spec.about == "none" and "about" in table:
            self._problems.add((*path, "about"), f"{spec.name} is not about a fact; leave it out")

    @staticmethod
    def _names_model(table: Mapping[str, Json], selector: KindSpec | None) -> bool:
        """Whether the claim's models are given; only the selector `model` leaves them to the entry."""
        return selector is None or selector.name != DEFAULT_SELECTOR or "model" in table

    def _check_needs(
        self, table: Mapping[str, Json], path: KeyPath, specs: tuple[KindSpec | None, ...]
    ) -> None:
        for spec in specs:
            if spec is None:
                continue
            if spec.one_of and not any(name in table for name in spec.one_of):
                self._problems.add(path, f"{spec.name} needs one of {', '.join(spec.one_of)}")
            for field, value, other in spec.needs:
                if field in table and value in (None, table[field]) and other not in table:
                    given = field if value is None else f"{field} = {value!r}"
                    self._problems.add((*path, field), f"{given} needs {other!r}")

    def _id(self, good: Mapping[str, Json], path: KeyPath, subject: str | None) -> str:
        own = good.get("id", "")
        if own and not CLAIM_ID.fullmatch(own):
            self._problems.add((*path, "id"), f"small letters, digits, '.' and '-' only, not {shown(own)}")
        full = f"{subject}/{own}" if subject else own
        if own and full in self._seen:
            first = self._problems.place((*self._seen[full], "id")).line
            self._problems.add((*path, "id"), f"{shown(own)} is used twice; the first is on line {first}")
        self._seen.setdefault(full, path)
        return full

    def _source(self, good: Mapping[str, Json], path: KeyPath) -> ClaimSource:
        key = good.get("source", "")
        if key and key not in self._sources:
            self._problems.add((*path, "source"), f"unknown source {shown(key)}{nearest(key, self._sources)}")
        return self._sources.get(key) or ClaimSource(key, "", "", "")

    def _acknowledged(self, good: Mapping[str, Json], path: KeyPath) -> Acknowledgement | None:
        if "acknowledged" not in good:
            return None
        path = (*path, "acknowledged")
        if not isinstance(good["acknowledged"], dict):
            self._problems.add(path, "must be { reason = ..., until = ... }")
            return None
        table = read_table(good["acknowledged"], path, ACKNOWLEDGED_FIELDS, self._names, self._problems)
        until = table.get("until", "")
        if until and len(until) != len("2027-06-30"):
            self._problems.add((*path, "until"), f"must be a whole day, YYYY-MM-DD, not {shown(until)}")
        if len(table) < len(ACKNOWLEDGED_FIELDS) or len(until) != len("2027-06-30"):
            return None
        return Acknowledgement(table["reason"], datetime.date.fromisoformat(until))

    def _select(
        self, good: Mapping[str, Json], name: str, selector: KindSpec | None, subject: str | None
    ) -> dict[str, Json]:
        select = {"select": name, **_part(good, selector)}
        if subject is not None:
            select.setdefault("model", subject)
        return select


def _fields_of(specs: tuple[KindSpec | None, ...]) -> list[FieldSpec]:
    return [spec for owner in specs if owner is not None for spec in owner.fields]


def _part(good: Mapping[str, Json], spec: KindSpec | None) -> dict[str, Json]:
    names = [item.name for item in spec.fields] if spec else []
    return {name: good[name] for name in names if name in good}
