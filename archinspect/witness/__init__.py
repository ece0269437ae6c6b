"""Snapshot -> what each witness says. A module per witness; none of them knows another."""

from __future__ import annotations

from typing import Any

from archinspect.records import ClassView, Snapshot, Testimony


def witnesses_of(snapshot: Snapshot, view: ClassView | None, code: Testimony) -> dict[str, Any]:
    """Every witness by the name under which facts ask for it; `view` and `code` come from the source.

    Raises MalformedFileError when config.json is no object.
    """
    from archinspect.witness import hub, tensors, tokenizer
    from archinspect.witness.config import read_config

    config = read_config(snapshot.files["config.json"], view)
    return {
        "config": config,
        "code": code,
        "tensors": tensors.testify(snapshot),
        "tokenizer": tokenizer.testify(snapshot),
        "hub": hub.testify(snapshot),
    }
