"""select = "order"."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.worlds import Model, claim, verdict

IN_ORDER = claim("created_at", None, select="order", models=["first", "second", "third"])


def made(*days: str | None) -> dict[str, Model]:
    models = [Model({"created_at": day}, basis="hub") if day else Model(outcome="gated") for day in days]
    return dict(zip(("first", "second", "third"), models, strict=True))


@pytest.mark.parametrize(
    ("days", "word"),
    [
        (("2023-09-01T00:00:00Z", "2023-09-01", "2024-01-01"), "confirmed"),
        (("2023-09-02", "2023-09-01", "2024-01-01"), "contradicted"),
        (("2024-02-01", None, "2024-01-01"), "contradicted"),
        (("2023-09-01", None, "2024-01-01"), "undetermined"),
        (("2023-09-01", "soon", "2024-01-01"), "undetermined"),
    ],
)
def test_order(tmp_path: Path, days: tuple[str | None, ...], word: str) -> None:
    assert verdict(IN_ORDER, made(*days), tmp_path).word == word


def test_what_is_out_of_order_is_named(tmp_path: Path) -> None:
    found = verdict(IN_ORDER, made("2023-09-02", "2023-09-01", "2024-01-01"), tmp_path)
    assert found.notes == ("second comes before first",)
    assert found.observed == {"first": "2023-09-02", "second": "2023-09-01", "third": "2024-01-01"}
