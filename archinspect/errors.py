"""Everything archinspect raises on purpose.

    ArchinspectError
    ├── UsageError            the caller asked for something that does not exist (exit 2)
    ├── RegistryError         registry.toml is wrong; carries every problem, not the first (exit 2)
    ├── FetchError            a file could not be looked at: transport, access, integrity (exit 3)
    ├── MalformedFileError    a file was looked at and cannot be read as what it should be
    └── BlueprintError        the modelling source could not be read within its bounds
        └── UnknownModelTypeError

Trouble with one model is turned into that model's outcome by the stage that meets it, so that the
other models are still audited; only UsageError and RegistryError end a run.
"""

from __future__ import annotations

from collections.abc import Sequence


class ArchinspectError(Exception):
    """Base of all errors raised on purpose; `hint` is the next step for the user."""

    hint: str | None = None

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(ArchinspectError):
    """A name, option or path that the caller gave does not exist or does not fit."""


class FetchError(ArchinspectError):
    """A file or a repository could not be looked at; `code` is an outcome of `records.Outcome`."""

    def __init__(self, message: str, code: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.code = code


class MalformedFileError(ArchinspectError):
    """A file was read whole and is not what it should be; names the file and, if known, the key."""

    def __init__(self, file: str, problem: str, hint: str | None = None) -> None:
        super().__init__(f"{file}: {problem}", hint)
        self.file = file
        self.problem = problem


class BlueprintError(ArchinspectError):
    """The modelling source could not be read: not found, too large, or beyond the reader's bounds.

    `transient`: time or memory ran out, so that another run may get further. `refusal`: the source itself
    raises an error on what it was given, as it would when it runs.
    """

    transient: bool = False
    refusal: bool = False


class UnknownModelTypeError(BlueprintError):
    """The source that was read has no class for the config's model type."""


class Problem:
    """One mistake in a registry: where it is and what would be right."""

    __slots__ = ("file", "key", "line", "message")

    def __init__(self, file: str, line: int, key: str, message: str) -> None:
        self.file = file
        self.line = line
        self.key = key
        self.message = message

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.message}"


class RegistryError(ArchinspectError):
    """All mistakes of one registry file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"{count} problem{'s' if count != 1 else ''} in the registry\n{lines}")
