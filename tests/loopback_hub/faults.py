"""What can go wrong on the way: each fault says which requests it hits, how often, and how."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

KINDS = (
    "status",  # answers `status` with `headers` and `body`
    "hang_before",  # reads the request and never answers
    "hang_middle",  # half of the body, then silence
    "slow",  # the body byte by byte, `pause` seconds between
    "slow_headers",  # the status line and headers byte by byte
    "truncate",  # closes the connection in the middle of the body
    "flip",  # one byte of the body changed
    "headers",  # `headers` replaced in an otherwise right answer (None removes one)
    "rewrite",  # `change(body)` instead of the body
    "ignore_range",  # the whole file with 200
    "endless",  # a body that does not end, without Content-Length
    "disconnect",  # closes the connection without an answer
    "latency",  # `pause` seconds before the right answer
)


@dataclass
class Fault:
    """One fault: hits requests whose `METHOD path` matches, `times` times (None: always)."""

    kind: str
    pattern: re.Pattern[str]
    times: int | None = None
    status: int = 500
    headers: Mapping[str, str | None] = field(default_factory=dict)
    body: bytes = b""
    pause: float = 0.05
    change: Callable[[bytes], bytes] = bytes
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no fault is called {self.kind}")

    def strikes(self, method: str, path: str) -> bool:
        """Whether this request is hit; counts down."""
        if not self.pattern.search(f"{method} {path}"):
            return False
        with self._lock:
            if self.times is None:
                return True
            self.times -= 1
            return self.times >= 0
