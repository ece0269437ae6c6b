"""Deadlines and the Hub's windows."""

from __future__ import annotations

import email.utils
import time

import pytest

from archinspect.sources.pace import Budget, Deadline, retry_after, used_up
from archinspect.sources.trouble import SourceError


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("", None),
        ("soon", None),
        ("-3", None),
        ("1e9", None),
        ("٣", None),
    ],
)
def test_retry_after_in_seconds(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}) == seconds


def test_retry_after_as_a_date() -> None:
    date = email.utils.formatdate(time.time() + 100, usegmt=True)
    assert retry_after({"retry-after": date}) == pytest.approx(100, abs=2)
    assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ('"api";r=0;t=55', 56),
        ('"api";r=1;t=55', None),
        ('"api"; r = 0; t = 3', 4),
        ("", None),
        ("r=0", None),
        ('"api";r=x;t=y', None),
    ],
)
def test_a_window_is_used_up(text: str, seconds: float | None) -> None:
    assert used_up({"ratelimit": text}) == seconds


def test_a_pause_beyond_the_deadline_is_not_waited_for() -> None:
    budget = Budget()
    budget.note("api", 429, {"retry-after": "3600"})
    start = time.monotonic()
    with pytest.raises(SourceError) as caught:
        budget.enter("api", "org/name", Deadline(60))
    assert time.monotonic() - start < 0.5
    assert caught.value.kind == "rate_limited"
    assert "3600 s" in str(caught.value)
    budget.enter("resolvers", "org/name", Deadline(60))  # another window is another matter


def test_a_pause_within_the_deadline_is_waited_for() -> None:
    budget = Budget()
    budget.note("api", 503, {"retry-after": "1"})
    start = time.monotonic()
    budget.enter("api", "org/name", Deadline(60))
    assert 0.9 < time.monotonic() - start < 2


def test_a_deadline_does_not_sleep_past_itself() -> None:
    deadline = Deadline(0.3)
    assert not deadline.sleep(10)
    assert deadline.remaining() > 0.2
