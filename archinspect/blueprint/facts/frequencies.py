"""Which frequencies each rotating layer uses: the table that reaches its queries, and the declaration it is
made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .rotation import Turn
from .unclear import UnclearError, agreed
from .view import View

Declaration = Mapping[str, Any]


def declarations(view: View, turns: Mapping[int, Turn | None]) -> dict[int, Declaration]:
    """By rotating layer, the rope parameters of the config that its table was made from."""
    turning = {number: turn for number, turn in turns.items() if turn}
    tables = {number: _table(turn) for number, turn in turning.items()}
    keys = view.reading.config_keys_read
    config = view.reading.config
    whole = config.get("rope_parameters")
    if isinstance(whole, dict) and "rope_parameters" in {key.rpartition(".")[2] for key in keys}:
        nested = {key: one for key, one in whole.items() if isinstance(one, dict)}
        if nested:
            return {number: _nested(nested, table, turning[number]) for number, table in tables.items()}
        _one_table(tables, turning)
        return dict.fromkeys(tables, whole)
    if isinstance(config.get("rope_theta"), int | float) and "rope_theta" in {
        key.rpartition(".")[2] for key in keys
    }:
        _one_table(tables, turning)
        scaling = config.get("rope_scaling")
        scaling = scaling if isinstance(scaling, dict) else {}
        kind = scaling.get("rope_type", scaling.get("type", "default"))
        return {key: {"rope_type": kind, **scaling, "rope_theta": config["rope_theta"]} for key in tables}
    raise UnclearError(
        "the frequencies are not made from a declaration in the config", next(iter(turning.values())).location
    )


def _table(turn: Turn) -> str:
    if len(turn.tables) != 1:
        raise UnclearError(f"a rotation with {len(turn.tables)} tables of frequencies", turn.location)
    return next(iter(turn.tables))


def _one_table(tables: Mapping[int, str], turning: Mapping[int, Turn]) -> None:
    if len({name.rpartition(".")[0].rpartition(".")[2] for name in tables.values()}) > 1:
        raise UnclearError(
            "several modules make frequencies from one declaration", next(iter(turning.values())).location
        )


def _nested(nested: Mapping[str, Declaration], table: str, turn: Turn) -> Declaration:
    local = table.rpartition(".")[2]
    fitting = [key for key in nested if local.startswith(f"{key}_")]
    if len(fitting) != 1:
        raise UnclearError(f"which declaration the table {local} is made from", turn.location)
    return nested[fitting[0]]


def rope_type(found: Mapping[int, Declaration]) -> str:
    """The scaling, equal in all layers that rotate."""
    name = agreed((one.get("rope_type", one.get("type", "default")) for one in found.values()), "rope_type")
    if not isinstance(name, str):
        raise UnclearError(f"rope_type {name!r:.40}")
    return name


def rope_thetas(found: Mapping[int, Declaration], types: list[str] | None) -> tuple[float, float | None]:
    """(theta, theta of the sliding layers or None when all are alike)."""
    each = {number: one.get("rope_theta") for number, one in found.items()}
    if any(isinstance(one, bool) or not isinstance(one, int | float) for one in each.values()):
        raise UnclearError("a declaration without rope_theta")
    values = set(each.values())
    if len(values) == 1:
        return float(values.pop()), None  # type: ignore[arg-type]
    full = {each[number] for number in each if types and types[number] == "full_attention"}
    local = {each[number] for number in each if types and types[number] == "sliding_attention"}
    if len(full) != 1 or len(local) != 1:
        raise UnclearError("theta differs between layers that are not full and sliding")
    return float(full.pop()), float(local.pop())  # type: ignore[arg-type]
