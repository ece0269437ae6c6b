"""archinspect: reads what a model is from its published files, and holds what is said against it.

`inspect`, `audit`, `build`, `diff` and `table` are the command line's power in Python. They are imported when
first asked for: `import archinspect` itself costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archinspect.api import audit, build, diff, inspect, table
    from archinspect.errors import ArchinspectError, RegistryError, UsageError

__all__ = ["ArchinspectError", "RegistryError", "UsageError", "audit", "build", "diff", "inspect", "table"]

_ERRORS = ("ArchinspectError", "RegistryError", "UsageError")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    home = "archinspect.errors" if name in _ERRORS else "archinspect.api"
    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
