"""A pool of threads that never keeps the process alive.

concurrent.futures waits for its threads when the interpreter ends, so one silent server could hold a
finished run for as long as it likes. These threads are daemons: after the deadline they are left behind.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable


class Crew:
    """Up to `size` threads, started as work arrives, taking tasks in order; tasks must not raise."""

    def __init__(self, size: int) -> None:
        self._size = max(1, size)
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._idle = 0

    def submit(self, task: Callable[[], None]) -> None:
        """Run this when a thread is free."""
        with self._lock:
            start = self._idle == 0 and self._threads < self._size
            self._threads += start
        self._tasks.put(task)
        if start:
            threading.Thread(target=self._work, name="archinspect-fetch", daemon=True).start()

    def dismiss(self) -> None:
        """Let the threads end once the tasks already submitted are done."""
        for _ in range(self._threads):
            self._tasks.put(None)

    def _work(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            task = self._tasks.get()
            with self._lock:
                self._idle -= 1
            if task is None:
                return
            task()
