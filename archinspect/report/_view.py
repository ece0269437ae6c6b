"""How the reader wants it: what a report needs to know besides its result."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from archinspect.records import Audit, Place, Registry

DEFAULT_WIDTH = 100
"""Columns of a report that goes to a file or a pipe."""


class View(Struct, frozen=True):
    """Everything is optional: a result alone can be rendered."""

    verbose: bool = False
    width: int = DEFAULT_WIDTH
    colour: bool = False
    fact: str | None = None
    """For a model: explain this fact instead of listing all."""
    tensors: bool = False
    """For a blueprint: a line per tensor."""
    audit: Audit | None = None
    """For a verdict: the run it belongs to, which knows the models."""
    families: Mapping[str, str] = field(default_factory=dict)
    """Fact -> family, by which facts are grouped."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Package -> version, for results that carry none."""
    registry: Registry | None = None
    """Where models are entered, so that a finding can point at a line."""
    root: Path | None = None
    """Folder that places are written relative to; None leaves them as they are."""

    def model_place(self, model: str) -> Place | None:
        """The line at which the registry enters a model, its first line for one that it does not have.

        Code scanning rejects results without a place.
        """
        if self.registry is None:
            return None
        entry = self.registry.models.get(model)
        return entry.place if entry else Place(self.registry.file, 1)

    def path(self, file: str) -> str:
        """The file relative to `root` where it lies below, symbolic links followed."""
        if self.root is None:
            return Path(file).as_posix()
        for path in (Path(file), Path(file).resolve()):
            if path.is_relative_to(self.root):
                return path.relative_to(self.root).as_posix()
        return Path(file).as_posix()


def terminal_view(environment: Mapping[str, str], is_terminal: bool, columns: int) -> View:
    """A view for standard output: coloured on a terminal unless NO_COLOR or a dumb terminal forbids.

    `FORCE_COLOR` asks for colour anyway. See https://no-color.org (any non-empty value counts).
    """
    wanted = bool(environment.get("FORCE_COLOR")) or (is_terminal and environment.get("TERM") != "dumb")
    colour = wanted and not environment.get("NO_COLOR")
    workspace = environment.get("GITHUB_WORKSPACE")
    root = Path(workspace) if workspace else Path.cwd()
    return View(width=columns if is_terminal else DEFAULT_WIDTH, colour=colour, root=root.resolve())
