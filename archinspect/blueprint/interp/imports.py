"""Imports: names of the source tree are found by name inside it; everything else is an external name."""

from __future__ import annotations

from archinspect.blueprint.tree import PACKAGE, SourceTree
from archinspect.hints import Any

from .namespace import Namespace
from .program import Program
from .values import MISSING, External, Raised

_PROGRAMS = "_blueprint_programs"
AVAILABLE = frozenset(
    [
        "torch",
        "numpy",
        "math",
        "typing",
        "typing_extensions",
        "collections",
        "dataclasses",
        "functools",
        "itertools",
        "copy",
        "enum",
        "re",
        "os",
        "sys",
        "abc",
        "warnings",
        "logging",
        "json",
        "inspect",
        "contextlib",
        "operator",
        "types",
        "packaging",
        "huggingface_hub",
        "string",
        "random",
        "time",
        "pathlib",
        "numbers",
        "__future__",
        "importlib",
        "textwrap",
        "io",
        "weakref",
        "threading",
        "shutil",
        "tempfile",
        "hashlib",
        "datetime",
        "statistics",
        "fractions",
    ]
)


def program(tree: SourceTree, module: str) -> tuple[Program | None, SourceTree]:
    """A module's program, kept with its tree so that every reading of one process shares it."""
    owner = tree.owner(module)
    if owner is None:
        return None, tree
    programs: dict[str, Program | None] = owner.__dict__.setdefault(_PROGRAMS, {})
    if module not in programs:
        found = owner.source(module)
        if found is None:
            programs[module] = None
        else:
            text, label, package = found
            programs[module] = Program(module, label, package, text, trusted=owner.trusted)
    return programs[module], owner


def _absolute(space: Namespace, module: str, level: int) -> str | None:
    """The dotted name of a relative import; None when it would leave the tree."""
    if level == 0:
        return module
    parts = space.name.split(".")
    if space.program.package:
        level -= 1
    if level:
        parts = parts[:-level] if level < len(parts) else []
    if not parts:
        return None
    return ".".join([*parts, module] if module else parts)


def import_target(ev: Any, space: Namespace, module: str, level: int) -> Any:
    """What ``from module`` names: a namespace of the tree or an external name."""
    name = _absolute(space, module, level)
    if name is None:
        return ev.unknown("an import that leaves the source tree")
    found = ev.namespace(name)
    return found if found is not None else External(name)


def import_module(ev: Any, frame: Any, name: str, tentative: bool, full: str) -> Any:
    """``import name``."""
    found = ev.namespace(name)
    if found is not None:
        return found
    _refuse(ev, full, tentative)
    return ev.external(name)


def import_name(ev: Any, frame: Any, module: str, level: int, name: str, tentative: bool) -> Any:
    """``from module import name``: the library's boundary first, then the tree, then an external name."""
    full = _absolute(frame.module, module, level)
    if full is None:
        return ev.unknown("an import that leaves the source tree")
    boundary = ev.library.boundary(ev, full, name)
    if boundary is not MISSING:
        return boundary
    space = ev.namespace(full)
    if space is not None:
        found = space.attribute(name)
        if found is MISSING:
            found = from_package(ev, space, name)
        if found is not MISSING:
            return found
        if tentative:
            raise Raised(ev.exception("ImportError", f"cannot import name {name!r} from {full!r}"))
        return ev.unknown(f"{full} has no {name}")
    inner = ev.namespace(f"{full}.{name}")
    if inner is not None:
        return inner
    if full.partition(".")[0] == PACKAGE:
        _refuse(ev, full, True) if tentative else None
        return ev.unknown(f"{full} is not in {ev.tree.label}")
    _refuse(ev, full, tentative)
    return ev.external(f"{full}.{name}")


def _refuse(ev: Any, name: str, tentative: bool) -> None:
    """An import inside ``try`` fails as it would without that package."""
    if tentative and name.partition(".")[0] not in AVAILABLE:
        raise Raised(ev.exception("ModuleNotFoundError", f"No module named {name!r}"))


def from_package(ev: Any, space: Namespace, name: str) -> Any:
    """A name that a package exports lazily: found in the module of the package that defines it."""
    if not space.program.package:
        return MISSING
    for module in ev.library.modules_of(ev, space, name):
        inner = ev.namespace(module)
        if inner is not None and name in inner.program.index:
            found = inner.resolve(name)
            if found is not MISSING:
                return found
    return MISSING
