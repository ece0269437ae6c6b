"""archinspect: reads what a model is from its published files, and holds what is said against it.

`inspect`, `audit`, `build`, `diff`, `lineage` and `table` are the command line's power in Python; `tensors`
is names and shapes alone, from a config alone. They are imported when first asked for: `import archinspect`
itself costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` takes longer to import than all else here

if TYPE_CHECKING:
    from typing import Any

    from archinspect.api import audit, build, diff, inspect, lineage, table
    from archinspect.blueprint.tensors import tensors
    from archinspect.errors import ArchinspectError, BlueprintError, RegistryError, UsageError

__all__ = [
    "ArchinspectError",
    "BlueprintError",
    "RegistryError",
    "UsageError",
    "audit",
    "build",
    "diff",
    "inspect",
    "lineage",
    "table",
    "tensors",
]

_HOMES = {
    **dict.fromkeys(
        ("ArchinspectError", "BlueprintError", "RegistryError", "UsageError"), "archinspect.errors"
    ),
    "tensors": "archinspect.blueprint.tensors",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    from archinspect.collector import at_rest

    with at_rest():
        return getattr(importlib.import_module(_HOMES.get(name, "archinspect.api")), name)


def __dir__() -> list[str]:
    return sorted(__all__)
