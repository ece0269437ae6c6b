"""Bounds on what interpreted code may use. Exceeding one ends the reading; interpreted ``try`` cannot
catch it.
"""

from __future__ import annotations

import os
import sys
import time

from archinspect.hints import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NoReturn

LOOK_SECONDS = 0.01
"""How often memory is looked at: in between, single operations are bounded by what they may make."""


_STATM = "/proc/self/statm"


def resident() -> int:
    """Bytes of memory the process holds now; its largest so far where that cannot be told, 0 where
    neither can.
    """
    try:
        with open(_STATM, "rb") as stream:  # noqa: PTH123 - the reader starts without pathlib
            return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        pass
    try:
        import resource
    except ImportError:
        return 0
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest if sys.platform == "darwin" else largest * 1024


class OutOfBoundsError(BaseException):
    """A bound was exceeded. Not an Exception, so no handler for interpreted errors ever sees it.

    ``transient``: time or memory ran out, of which there may be more another time.
    """

    def __init__(self, problem: str, *, transient: bool = False) -> None:
        super().__init__(problem)
        self.transient = transient


class Limits:
    """What one reading may use: evaluated steps, nested calls, elements of a collection, bits,
    characters, seconds, parameters of a model, bytes that the process may grow by.
    """

    __slots__ = ("bits", "characters", "depth", "length", "memory", "parameters", "seconds", "steps")

    def __init__(
        self,
        *,
        steps: int = 6_000_000,
        depth: int = 150,
        length: int = 1_000_000,
        bits: int = 4096,
        characters: int = 4_000_000,
        seconds: float = 60.0,
        parameters: int = 400_000,
        memory: int = 600_000_000,
    ) -> None:
        """What is not given is what every model that was tried needs, several times over."""
        self.steps = steps
        self.depth = depth
        self.length = length
        self.bits = bits
        self.characters = characters
        self.seconds = seconds
        self.parameters = parameters
        self.memory = memory


class Budget:
    """Counts what is used against the limits."""

    __slots__ = ("deadline", "depth", "exhausted", "limits", "look", "memory", "steps")

    def __init__(self, limits: Limits) -> None:
        """Start the clock."""
        self.limits = limits
        self.steps = limits.steps
        self.depth = 0
        self.exhausted = False
        self.look = time.monotonic()
        self.deadline = self.look + limits.seconds
        self.memory = resident() + limits.memory

    def tick(self) -> None:
        """One call or one iteration."""
        self.steps -= 1
        if not self.steps & 15:
            self.check()

    def check(self) -> None:
        """Raise OutOfBoundsError when steps or time are used up."""
        if self.steps <= 0:
            raise OutOfBoundsError(f"more than {self.limits.steps} steps")
        now = time.monotonic()
        if now > self.deadline:
            self._run_out(f"more than {self.limits.seconds:g} seconds")
        if now > self.look:
            self.look = now + LOOK_SECONDS
            if resident() > self.memory:
                self._run_out(f"more than {self.limits.memory // 1_000_000} MB of memory")

    def extend(self) -> None:
        """A little more, so that what was made before the bound can still be described."""
        self.steps = max(self.steps, self.limits.steps // 10)
        self.deadline = max(self.deadline, time.monotonic() + self.limits.seconds / 10)

    def _run_out(self, problem: str) -> NoReturn:
        self.exhausted = True
        raise OutOfBoundsError(problem, transient=True)

    def charge(self, count: int) -> None:
        """A collection or string of ``count`` elements is about to be made."""
        if count > self.limits.length:
            raise OutOfBoundsError(f"a collection of {count} elements (the limit is {self.limits.length})")
        self.steps -= count >> 2
        if count > 4096 or self.steps <= 0:
            self.check()

    def characters(self, count: int) -> None:
        """A string of ``count`` characters is about to be made."""
        if count > self.limits.characters:
            raise OutOfBoundsError(f"a string of {count} characters (the limit is {self.limits.characters})")
        self.steps -= count >> 4
        if self.steps <= 0:
            self.check()

    def integer(self, bits: float) -> None:
        """An integer of about this many bits is about to be computed."""
        if bits > self.limits.bits:
            raise OutOfBoundsError(f"an integer of more than {self.limits.bits} bits")

    def enter(self) -> None:
        """One more nested call."""
        self.depth += 1
        if self.depth > self.limits.depth:
            raise OutOfBoundsError(f"calls nested more than {self.limits.depth} deep")
        self.steps -= 1
        if not self.steps & 15:
            self.check()
