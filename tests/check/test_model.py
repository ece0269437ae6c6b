"""select = "model": in an entry its own model, elsewhere the one that is named."""

from __future__ import annotations

from pathlib import Path

from tests.check.worlds import Model, claim, verdict


def test_outside_an_entry_the_model_is_named(tmp_path: Path) -> None:
    text = claim("vocab_size", None, model="second", kind="equals", value=7)
    models = {"second": Model({"vocab_size": 7}), "third": Model({"vocab_size": 8})}
    assert verdict(text, models, tmp_path).word == "confirmed"
