"""Gathers the rules of a package: every module is imported, every object of the wanted type kept.

A fact, a rule, a claim kind or a format is thereby added by adding it: there is no list to edit.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def collect(package: ModuleType, wanted: type[T], name_of: Callable[[T], str]) -> dict[str, T]:
    """Objects of type `wanted` defined in the package's modules, by name, in name order.

    Raises TypeError when two modules define the same name: a mistake of ours, found by any test.
    """
    found: dict[str, tuple[str, T]] = {}
    for value, module in _each(package, wanted):
        _add(found, name_of(value), value, getattr(value, "module", module))
    return {name: found[name][1] for name in sorted(found)}


def each(package: ModuleType, wanted: type[T]) -> Iterator[T]:
    """Objects of type `wanted` in the package's modules; a module is imported when its turn comes."""
    return (value for value, _ in _each(package, wanted))


def _each(package: ModuleType, wanted: type[T]) -> Iterator[tuple[T, str]]:
    for info in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        module = importlib.import_module(info.name)
        for value in list(vars(module).values()):
            if isinstance(value, wanted):
                yield value, info.name


def _add(found: dict[str, tuple[str, T]], name: str, value: T, module: str) -> None:
    known = found.get(name)
    if known is not None and known[1] is not value:
        raise TypeError(f"{name} is defined in {known[0]} and in {module}")
    found[name] = (module, value)
