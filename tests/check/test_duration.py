"""select = "duration"."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.worlds import Model, claim, verdict


@pytest.mark.parametrize(("months", "word"), [(38, "confirmed"), (36, "contradicted"), (37.6, "confirmed")])
def test_between_documented_dates(tmp_path: Path, months: float, word: str) -> None:
    text = claim(None, None, select="duration", between=["2023-02", "2026-04"], months=months)
    found = verdict(text, {}, tmp_path)
    assert found.word == word
    assert found.observed == {"months": pytest.approx(38, abs=0.1)}
    assert found.notes == ("from 2023-02-01 to 2026-04-01 are 37.95 months",)


def test_between_the_dates_of_two_models(tmp_path: Path) -> None:
    text = claim("created_at", None, select="duration", models=["first", "third"], months=6)
    models = {
        "first": Model({"created_at": "2024-01-01T10:00:00Z"}),
        "third": Model({"created_at": "2024-07-03"}),
    }
    assert verdict(text, models, tmp_path).word == "confirmed"
    assert verdict(text + "tolerance_months = 0.01\n", models, tmp_path).word == "contradicted"
    assert verdict(text, {"first": models["first"]}, tmp_path).word == "undetermined"
    undated = {**models, "third": Model({"created_at": None})}
    assert verdict(text, undated, tmp_path).word == "undetermined"


def test_it_takes_two(tmp_path: Path) -> None:
    text = claim(None, None, select="duration", between=["2023-02"], months=1)
    assert verdict(text, {}, tmp_path).word == "undetermined"
