"""Registries of a few lines and reports of a few facts, to judge one claim by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from archinspect import check, registry
from archinspect.records import (
    Evidence,
    Fact,
    Failure,
    ModelReport,
    Origin,
    Reading,
    Registry,
    Snapshot,
    SourceFile,
    Target,
    Verdict,
)
from archinspect.records.vocabulary import vocabulary_of

TODAY = date(2026, 6, 1)
FACTS = (
    "num_key_value_heads",
    "num_attention_heads",
    "num_hidden_layers",
    "hidden_size",
    "intermediate_size",
    "vocab_size",
    "parameters",
    "sliding_window",
    "layer_types",
    "nope_layers",
    "rope_scaling",
    "chat_template",
    "created_at",
    "base_model",
    "attention_type",
    "attention_bias",
    "license",
)
PREAMBLE = """\
[sources.report]
title = "A report"
kind = "report"
read = "primary"

[models.first]
repo = "org/first"
role = "ancestor"
lineage = "line"
generation = "1"

[models.second]
repo = "org/second"
role = "ancestor"
lineage = "line"
generation = "1.5"
parent = "first"

[models.third]
repo = "org/third"
role = "current"
lineage = "line"
generation = "2"
parent = "second"

[models.stand-in]
repo = "org/stand-in"
role = "proxy"

"""


@dataclass
class Model:
    """What a model's report says: facts by name, or that it could not be read."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    disagree: Mapping[str, tuple[Any, str]] = field(default_factory=dict)
    """Fact -> (value, basis) of a witness that differs."""
    outcome: str = "read"
    check: str = "blob_id"
    basis: str = "stated"
    origin: Origin = field(default_factory=lambda: Origin("hub", "org/any", True))
    problems: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, bytes] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)

    def report(self, name: str) -> ModelReport:
        """The report of this model under a registry name."""
        known = {key: self._fact(key, value) for key, value in self.facts.items()}
        unknown = {key: Fact(key, None, reason, ()) for key, reason in self.unknown.items()}
        contents = {"config.json": b"{}", **self.files}
        snapshot = Snapshot(
            target=Target(name, f"org/{name}"),
            outcome=self.outcome,  # type: ignore[arg-type]
            origin=self.origin,
            error=None if self.outcome == "read" else Failure(self.outcome, "refused", "log in"),
            files={path: SourceFile(path, data, "0" * 40, self.check) for path, data in contents.items()},  # type: ignore[arg-type]
            problems={path: Failure("error", why) for path, why in self.problems.items()},
            headers=self.headers,
        )
        return ModelReport(snapshot, {**known, **unknown})

    def _fact(self, name: str, value: Any) -> Fact:
        evidence = Evidence(self.basis, f"config.json#/{name}", value)  # type: ignore[arg-type]
        others: tuple[Reading, ...] = ()
        if name in self.disagree:
            other, basis = self.disagree[name]
            witness = Evidence(basis, f"config.json#/other_{name}", other)  # type: ignore[arg-type]
            others = (Reading(other, (witness,)),)
        found = (evidence, *(item for reading in others for item in reading.evidence))
        return Fact(name, value, None, found, others)


def read(text: str, folder: Path) -> Registry:
    """PREAMBLE and `text`, as a registry."""
    file = folder / "registry.toml"
    file.write_text(PREAMBLE + text, encoding="utf-8")
    return registry.load(file, vocabulary_of(FACTS, check.kind_specs(), check.selector_specs()))


def claim(about: str | None = None, entry: str | None = "third", **fields: Any) -> str:
    """One claim with id `it`; in the entry of a model, or about a set when that is None."""
    head = f"[[models.{entry}.claims]]" if entry else "[[claims]]"
    lines = [head, 'id = "it"', 'source = "report"']
    if about:
        lines.append(f'about = "{about}"')
    return "\n".join([*lines, *(f"{key} = {_toml(value)}" for key, value in fields.items())]) + "\n"


def verdicts(
    text: str, models: Mapping[str, Model], folder: Path, today: date = TODAY
) -> tuple[Verdict, ...]:
    """Every verdict over a registry whose other models were not looked at."""
    known = read(text, folder)
    reports = {name: model.report(name) for name, model in models.items()}
    return check.judge(known, reports, list(known.models), today)


def verdict(text: str, models: Mapping[str, Model], folder: Path, today: date = TODAY) -> Verdict:
    """The verdict on the one claim in `text`."""
    (only,) = verdicts(text, models, folder, today)
    return only


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    return str(value)
