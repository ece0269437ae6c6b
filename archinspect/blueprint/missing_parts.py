"""Parts of a built model that are not there because the source could not be followed."""

from __future__ import annotations

from typing import Any

from .build import Built
from .interp.attributes import NAMELESS
from .interp.classes import CLASS
from .interp.imports import AVAILABLE
from .interp.values import ModuleObject, Unknown
from .library.core import CALL


def missing_parts(built: Built) -> dict[str, tuple[str, str]]:
    """By path: why a part that holds parameters, or may, is not known, and the line."""
    found = dict(built.unsettled)
    for path, module in built.modules.items():
        for name, lost in _lost(module):
            found[".".join(one for one in (path, name) if one)] = (lost.why, lost.where)
    return found


def _lost(module: ModuleObject) -> list[tuple[str, Unknown]]:
    base = module.cls.mark("part unknown")
    lost = [("", base)] if isinstance(base, Unknown) else []
    parts: list[tuple[str, Any]] = [*module.children.items(), *module.params.items()]
    parts += [(name, one) for name, one in module.attrs.items() if name == NAMELESS or _may_be_module(one)]
    return lost + [(name, one) for name, one in parts if isinstance(one, Unknown)]


def _may_be_module(value: Any) -> bool:
    """Whether an unknown attribute may hold parameters: an object of a class, or what a call gives, unless
    that is a function of torch or the standard library.
    """
    if not isinstance(value, Unknown):
        return False
    if "cannot be built" in value.why or value.why.startswith(CLASS):
        return True
    if not value.why.startswith(CALL):
        return False
    path = value.why[len(CALL) :]
    if path.startswith("torch.nn."):
        return path.rpartition(".")[2][:1].isupper()
    return path.partition(".")[0] not in AVAILABLE
