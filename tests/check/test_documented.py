"""kind = "documented"."""

from __future__ import annotations

from pathlib import Path

from tests.check.worlds import Model, claim, verdict


def test_it_is_recorded_whatever_the_files_say(tmp_path: Path) -> None:
    text = claim(None, kind="documented", statement="5T tokens")
    for model in (Model(), Model(outcome="gated")):
        found = verdict(text, {"third": model}, tmp_path)
        assert (found.word, found.expected, found.reason) == ("documented", "5T tokens", None)
