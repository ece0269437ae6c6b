"""The line on the terminal."""

from __future__ import annotations

import io

import pytest

from archinspect.sources import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_only_a_terminal_gets_a_bar() -> None:
    assert progress.bar(stream=io.StringIO()) is None
    assert progress.bar(quiet=True, stream=Terminal()) is None
    assert progress.bar(stream=Terminal()) is not None


def test_a_short_run_shows_nothing_and_a_long_one_cleans_up(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    bar = progress.Bar(stream)
    bar.update(1, 4, 10)
    bar.close()
    assert stream.getvalue() == ""
    monkeypatch.setattr(progress, "FIRST_SHOWN_SECONDS", 0.0)
    bar.update(2, 4, 12)
    assert "2/4 models, 12 requests" in stream.getvalue()
    bar.close()
    assert stream.getvalue().endswith("\r")
