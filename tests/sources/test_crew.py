"""Threads that do the work and do not outstay it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

from archinspect.sources.crew import Crew


def test_tasks_run_side_by_side_up_to_the_size() -> None:
    crew, lock, running, most = Crew(4), threading.Lock(), [0], [0]
    over = threading.Semaphore(0)

    def task() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.02)
        with lock:
            running[0] -= 1
        over.release()

    for _ in range(20):
        crew.submit(task)
    assert all(over.acquire(timeout=5) for _ in range(20))
    assert most[0] == 4
    crew.dismiss()


def test_a_task_may_submit_tasks() -> None:
    crew, over = Crew(1), threading.Event()
    crew.submit(lambda: crew.submit(over.set))
    assert over.wait(5)


def test_a_stuck_task_does_not_keep_the_process() -> None:
    code = (
        "import threading; from archinspect.sources.crew import Crew;"
        "c = Crew(2); c.submit(threading.Event().wait); c.dismiss()"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=10).returncode == 0
