"""Counts and exit codes: contradicted, could not be looked at, cannot be known are three things."""

from __future__ import annotations

from pathlib import Path

import pytest

from archinspect import check
from tests.check.worlds import TODAY, Model, claim, read

EIGHT = claim("num_key_value_heads", kind="equals", value=8)
ACKNOWLEDGED = EIGHT + 'acknowledged = { reason = "known", until = 2026-12-31 }\n'
EIGHT_HEADS = Model({"num_key_value_heads": 8})
FOUR_HEADS = Model({"num_key_value_heads": 4})
TOKENIZER_FAILED = Model(
    unknown={"num_key_value_heads": "tokenizer.json says"}, problems={"tokenizer.json": "reset"}
)
FILE_NOT_NEEDED = Model({"num_key_value_heads": 8}, problems={"tokenizer.json": "reset"})


@pytest.mark.parametrize(
    ("text", "model", "exit_code", "complete"),
    [
        (EIGHT, EIGHT_HEADS, 0, True),
        (EIGHT, FOUR_HEADS, 1, True),
        (ACKNOWLEDGED, FOUR_HEADS, 0, True),
        (EIGHT, Model(unknown={"num_key_value_heads": "the tensors say"}), 0, True),
        (EIGHT, Model(outcome="not_in_snapshot"), 0, True),
        (EIGHT, Model(outcome="offline"), 3, False),
        (EIGHT, Model(outcome="gated"), 3, False),
        (EIGHT, Model(outcome="malformed"), 3, False),
        (EIGHT, TOKENIZER_FAILED, 3, False),
        (EIGHT, FILE_NOT_NEEDED, 0, True),
    ],
)
def test_exit_codes(tmp_path: Path, text: str, model: Model, exit_code: int, complete: bool) -> None:
    known = read(text, tmp_path)
    reports = {"third": model.report("third")}
    summary = check.summarise(check.judge(known, reports, ["third"], TODAY), reports.values())
    assert (summary.exit_code, summary.complete) == (exit_code, complete)


def test_a_contradiction_outweighs_what_could_not_be_looked_at(tmp_path: Path) -> None:
    known = read(EIGHT, tmp_path)
    reports = {"third": FOUR_HEADS.report("third"), "first": Model(outcome="offline").report("first")}
    summary = check.summarise(check.judge(known, reports, list(reports), TODAY), reports.values())
    assert (summary.exit_code, summary.complete) == (1, False)
    assert (summary.read, summary.failed, summary.contradicted) == (1, 1, 1)


def test_acknowledged_counts_apart(tmp_path: Path) -> None:
    known = read(ACKNOWLEDGED, tmp_path)
    reports = {"third": FOUR_HEADS.report("third")}
    summary = check.summarise(check.judge(known, reports, ["third"], TODAY), reports.values())
    assert (summary.contradicted, summary.acknowledged) == (0, 1)
