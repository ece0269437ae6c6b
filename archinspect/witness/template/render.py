"""Renders chat templates in a process that can be stopped; one such process serves a whole run.

A template is a program: `{% for i in range(99999) %}` nested twice runs for an hour, `"a" * 10 ** 10` takes
the machine's memory. So none is ever rendered in this process.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from queue import Empty, SimpleQueue
from typing import Any, Final

from msgspec import Struct, field

from archinspect.records import Json

SECONDS: Final = 5.0
"""For all renders of one template; genuine ones take some milliseconds."""
START_SECONDS: Final = 30.0
ENDLESS, BROKEN = "did not end", "broke off"
PASSING: Final = (ENDLESS, BROKEN)
"""Beginnings of problems that a busy machine can cause too, so that they are not remembered."""
LONGEST_TEMPLATE: Final = 1_000_000


class Rendered(Struct, frozen=True):
    """One rendering: its text, or why there is none."""

    text: str | None
    error: str | None = None
    impure: tuple[str, ...] = ()
    """"date" and "random", when the template asked for them."""


class Rendering(Struct, frozen=True):
    """All renderings of one template, in the order asked for."""

    results: tuple[Rendered, ...] = ()
    variables: tuple[str, ...] = ()
    """Names that the template reads and does not set itself."""
    problem: str | None = None
    """Why the template as a whole could not be rendered: a syntax error, no end, too much memory."""


def render(template: str, renders: Sequence[Mapping[str, Json]]) -> Rendering:
    """Render the template once per entry of `renders`, its variables. A template cannot make it raise."""
    if len(template) > LONGEST_TEMPLATE:
        return Rendering(problem=f"is longer than {LONGEST_TEMPLATE} characters")
    with _LOCK:
        return _WORKER.ask({"template": template, "renders": list(renders)}, len(renders))


class _Worker(Struct):
    """The rendering process: started when first needed, replaced after a template that it did not survive."""

    process: subprocess.Popen[bytes] | None = None
    lines: SimpleQueue[bytes] = field(default_factory=SimpleQueue)
    owner: int = 0

    def ask(self, request: Mapping[str, Json], expected: int) -> Rendering:
        results: list[Rendered] = []
        try:
            process = self._running()
            deadline = time.monotonic() + SECONDS
            assert process.stdin is not None
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            while True:
                answer: dict[str, Any] = json.loads(self._line(deadline))
                if "done" in answer:
                    error = answer.get("error")
                    return Rendering(tuple(results), tuple(answer.get("variables", ())), error)
                results.append(Rendered(answer.get("text"), answer.get("error"), tuple(answer["impure"])))
        except (OSError, TimeoutError, ValueError) as error:
            self.stop()
            late = f"{ENDLESS} within {SECONDS:.0f} s" if isinstance(error, TimeoutError) else BROKEN
            return Rendering(
                tuple(results), problem=f"{late} (after {len(results)} of {expected} renderings)"
            )

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        process, self.process = self.process, None
        if process is not None and self.owner == os.getpid():
            process.kill()
            with contextlib.suppress(OSError, ValueError):
                process.communicate()

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None or self.process.poll() is not None or self.owner != os.getpid():
            self.stop()
            # -P: the directory the user happens to be in is not searched for modules.
            command = [sys.executable, "-P", "-m", "archinspect.witness.template._render_worker"]
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
            self.owner, self.lines = os.getpid(), SimpleQueue()
            threading.Thread(target=_pump, args=(self.process, self.lines), daemon=True).start()
            self._line(time.monotonic() + START_SECONDS)
        return self.process

    def _line(self, deadline: float) -> bytes:
        try:
            line = self.lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except Empty:
            raise TimeoutError from None
        if not line:
            raise OSError("the rendering process ended")
        return line


def _pump(process: subprocess.Popen[bytes], lines: SimpleQueue[bytes]) -> None:
    """Pass on what the process writes, from a thread, because a pipe cannot be waited for everywhere."""
    assert process.stdout is not None
    with contextlib.suppress(OSError, ValueError):
        for line in process.stdout:
            lines.put(line)
    lines.put(b"")


_LOCK: Final = threading.Lock()
_WORKER: Final = _Worker()
atexit.register(_WORKER.stop)
