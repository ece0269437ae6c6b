"""Bounds on what interpreted code may use. Exceeding one ends the reading; interpreted ``try`` cannot
catch it.
"""

from __future__ import annotations

import time
from typing import NamedTuple


class OutOfBoundsError(BaseException):
    """A bound was exceeded. Not an Exception, so no handler for interpreted errors ever sees it."""


class Limits(NamedTuple):
    """What one reading may use: evaluated steps, nested calls, elements of a collection, bits,
    characters, seconds.
    """

    steps: int = 6_000_000
    depth: int = 150
    length: int = 1_000_000
    bits: int = 4096
    characters: int = 4_000_000
    seconds: float = 60.0
    file_bytes: int = 4_000_000
    parameters: int = 2_000_000


class Budget:
    """Counts what is used against the limits."""

    __slots__ = ("deadline", "depth", "limits", "steps")

    def __init__(self, limits: Limits) -> None:
        """Start the clock."""
        self.limits = limits
        self.steps = limits.steps
        self.depth = 0
        self.deadline = time.monotonic() + limits.seconds

    def tick(self) -> None:
        """One call or one iteration."""
        self.steps -= 1
        if not self.steps & 15:
            self.check()

    def check(self) -> None:
        """Raise OutOfBoundsError when steps or time are used up."""
        if self.steps <= 0:
            raise OutOfBoundsError(f"more than {self.limits.steps} steps")
        if time.monotonic() > self.deadline:
            raise OutOfBoundsError(f"more than {self.limits.seconds:g} seconds")

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
