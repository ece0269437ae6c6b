"""How long a run may take, and how fast the Hub lets it go."""

from __future__ import annotations

import email.utils
import random
import re
import threading
import time
from collections.abc import Mapping
from typing import Final

from archinspect.sources.trouble import SourceError

RETRY_STATUS: Final = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
MOST_ATTEMPTS: Final = 4
FIRST_DELAY: Final = 0.5
SLACK: Final = 0.2

_REMAINING = re.compile(r"\br\s*=\s*(\d{1,9})")
_RESET = re.compile(r"\bt\s*=\s*(\d{1,9})")


class Deadline:
    """A moment by which everything has to be over."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        return max(0.0, self._end - time.monotonic())

    def sleep(self, seconds: float) -> bool:
        """Wait; False, and without waiting, when that would pass the deadline."""
        if seconds + SLACK > self.remaining():
            return False
        time.sleep(seconds)
        return True


class Budget:
    """The Hub counts requests in windows of five minutes, per kind (api, resolvers).

    A reply that says the window is used up holds for every model of the run: nobody asks again before
    it ends, and when that is after the deadline nobody waits either.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._not_before: dict[str, float] = {}

    def enter(self, kind: str, what: str, deadline: Deadline) -> None:
        """Wait until this kind of request may be made; raises SourceError (`rate_limited`) if it may not."""
        with self._lock:
            pause = self._not_before.get(kind, 0.0) - time.monotonic()
        if pause > 0 and not deadline.sleep(pause + random.uniform(0, SLACK)):
            raise SourceError("rate_limited", _limited(what, pause, deadline))

    def note(self, kind: str, status: int, headers: Mapping[str, str]) -> None:
        """Learn from a reply."""
        pause = retry_after(headers) if status in (429, 503) else None
        if pause is None:
            pause = used_up(headers)
        if pause:
            with self._lock:
                until = time.monotonic() + pause
                self._not_before[kind] = max(until, self._not_before.get(kind, 0.0))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that Retry-After asks for, as a number or as a date; None when it says nothing usable."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = email.utils.parsedate_to_datetime(value)
        return max(0.0, moment.timestamp() - time.time())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def used_up(headers: Mapping[str, str]) -> float | None:
    """Seconds until the window ends when RateLimit says that nothing remains of it."""
    text = headers.get("ratelimit", "")
    remaining, reset = _REMAINING.search(text), _RESET.search(text)
    if remaining and reset and int(remaining[1]) == 0:
        return float(reset[1]) + 1
    return None


def backoff(attempt: int) -> float:
    """Seconds before another attempt: doubling, with some scatter so that threads do not march in step."""
    return FIRST_DELAY * 2.0**attempt * random.uniform(1.0, 1.25)


def _limited(what: str, pause: float, deadline: Deadline) -> str:
    return (
        f"the Hub's rate limit stopped {what}: the next request is allowed in {pause:.0f} s, "
        f"this run has {deadline.remaining():.0f} s left of {deadline.seconds:.0f}"
    )
