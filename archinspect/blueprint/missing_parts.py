"""Parts of a built model that are not there because the source could not be followed."""

from __future__ import annotations

from collections.abc import Iterator

from archinspect.hints import Any

from .build import Built
from .interp.attributes import NAMELESS
from .interp.classes import CLASS
from .interp.imports import AVAILABLE
from .interp.values import ClassValue, ModuleObject, Unknown
from .library.core import CALL


def missing_parts(built: Built) -> dict[str, tuple[str, str]]:
    """By path: why a part that holds parameters, or may, is not known, and the line."""
    found = dict(built.unsettled)
    bases: dict[ClassValue, Any] = {}
    for path, module in built.modules.items():
        if module.cls not in bases:
            bases[module.cls] = module.cls.mark("part unknown")
        for name, lost in _lost(module, bases[module.cls]):
            found[".".join(one for one in (path, name) if one)] = (lost.why, lost.where)
    return found


def _lost(module: ModuleObject, base: Any) -> Iterator[tuple[str, Unknown]]:
    if type(base) is Unknown:
        yield "", base
    tables: tuple[dict[str, Any], ...] = (module.children, module.params)
    for table in tables:
        for name, part in table.items():
            if type(part) is Unknown:
                yield name, part
    for name, value in module.attrs.items():
        if type(value) is Unknown and (name == NAMELESS or _may_be_module(value)):
            yield name, value


def _may_be_module(value: Unknown) -> bool:
    """Whether an unknown attribute may hold parameters: an object of a class, or what a call gives, unless
    that is a function of torch or the standard library.
    """
    if "cannot be built" in value.why or value.why.startswith(CLASS):
        return True
    if not value.why.startswith(CALL):
        return False
    path = value.why[len(CALL) :]
    if path.startswith("torch.nn."):
        return path.rpartition(".")[2][:1].isupper()
    return path.partition(".")[0] not in AVAILABLE
