"""Two modules that differ in nothing but numbers they carry, as the pattern for others like them."""

from __future__ import annotations

from archinspect.blueprint.interp.values import (
    BoundMethod,
    ConfigObject,
    External,
    ModuleObject,
    Tensor,
    Unknown,
)
from archinspect.hints import Any

from .modules import walk
from .same import content
from .stdlib_functions import copied

_SIMPLE = (int, float, str, bool, type(None))


class Sample:
    """A module that was built, the numbers it carries by the constructor's parameters, and what it looked up
    with them (kept, because objects are compared by their identity).
    """

    __slots__ = ("looked", "module", "numbers")

    def __init__(self, module: ModuleObject, numbers: dict[str, int], looked: list[Any]) -> None:
        self.module = module
        self.numbers = numbers
        self.looked = looked


class Template:
    """A module with marks where its kind keep numbers of their own, and configs made for each of them."""

    __slots__ = ("configs", "marks", "module", "sample", "special")

    def __init__(self, sample: Sample, marks: dict[str, object], configs: list[ConfigObject]) -> None:
        """``marks``: by the name of the constructor's parameter; each stands in the module's attributes."""
        self.module = sample.module
        self.sample = sample
        self.marks = marks
        self.configs = configs
        self.special: dict[int, list[str]] = {}
        """By the identity of a module inside: its attributes that each copy has of its own."""

    def settle(self) -> Template:
        """Find what copies have of their own, now that the marks stand."""
        own = {id(one) for one in (*self.marks.values(), *self.configs)}
        for _, one in walk(self.module, seen=set()):
            self.special[id(one)] = [
                name for name, value in one.attrs.items() if id(value) in own or type(value) is BoundMethod
            ]
        return self

    def swaps(self, numbers: dict[str, int]) -> dict[int, Any]:
        """What stands for the marks and configs in another of its kind, by their identity."""
        made: dict[int, Any] = {id(mark): numbers[name] for name, mark in self.marks.items()}
        for config in self.configs:
            made[id(config)] = copied(config)
        return made


def template_of(left: Sample, right: Sample, attributes: set[str]) -> Template | None:
    """The pattern of two modules of one kind; the right one becomes part of it. None when they differ in more
    than the numbers, or hold what a copy would share with them.
    """
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    todo = [(left.module, right.module)]
    while todo:
        one, other = todo.pop()
        if id(one) in pairs or id(other) in taken:
            if pairs.get(id(one)) != id(other):
                return None
            continue
        pairs[id(one)] = id(other)
        taken.add(id(other))
        # The outermost module's place is where it is constructed: each copy has its own.
        if not _same_frame(one, other) or (one is not left.module and one.location != other.location):
            return None
        children = zip(one.children.values(), other.children.values(), strict=True)
        for mine, its in children:
            if isinstance(mine, ModuleObject) and isinstance(its, ModuleObject):
                todo.append((mine, its))
            elif mine is not None or its is not None:
                return None
    made = Template(right, {name: object() for name in right.numbers}, [])
    return made.settle() if _marked(left, made, attributes, pairs) else None


def _same_frame(one: ModuleObject, other: ModuleObject) -> bool:
    return (
        (one.cls, one.tag) == (other.cls, other.tag)
        and list(one.children) == list(other.children)
        and list(one.attrs) == list(other.attrs)
        and _tensors(one.params) == _tensors(other.params)
        and _tensors(one.buffers) == _tensors(other.buffers)
    )


def _tensors(table: dict[str, Tensor | None]) -> list[Any]:
    return [(name, _outside(one) if isinstance(one, Tensor) else one) for name, one in table.items()]


def _outside(tensor: Tensor) -> tuple[Any, ...]:
    return tensor.shape, tensor.kind, tensor.dtype, tensor.location


def _marked(left: Sample, made: Template, attributes: set[str], pairs: dict[int, int]) -> bool:
    """Put the marks in their places. False when the modules differ elsewhere."""
    numbers = made.sample.numbers
    todo: list[tuple[Any, Any]] = [(left.module, made.module)]
    seen = set()
    while todo:
        one, other = todo.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        todo += [(mine, other.children[name]) for name, mine in one.children.items()]
        for name, mine in one.attrs.items():
            its = other.attrs[name]
            if _equal(mine, its, pairs):
                continue
            if type(mine) is ConfigObject and type(its) is ConfigObject and _twins(mine, its, made, pairs):
                continue
            if type(mine) is not int or type(its) is not int or name not in attributes:
                return False
            found = [key for key, value in numbers.items() if (mine, its) == (left.numbers[key], value)]
            if len(found) != 1:
                return False
            other.attrs[name] = made.marks[found[0]]
    return True


def _twins(mine: ConfigObject, its: ConfigObject, made: Template, pairs: dict[int, int]) -> bool:
    """Whether two configs hold the same, each made for its own module: a copy gets one of its own too."""
    if (
        id(mine) not in pairs
        and all(one is not its for one in made.configs)
        and content(mine) == content(its)
    ):
        pairs[id(mine)] = id(its)
        made.configs.append(its)
    return pairs.get(id(mine)) == id(its)


def _equal(one: Any, other: Any, pairs: dict[int, int]) -> bool:
    if isinstance(one, ModuleObject):
        return False  # a copy would share it
    if one is other:
        return True
    kind = type(one)
    if kind is not type(other):
        return False
    if kind in _SIMPLE:
        return bool(one == other)
    if kind is list or kind is tuple:
        simple = all(type(part) in _SIMPLE for part in (*one, *other))
        return simple and len(one) == len(other) and list(map(_typed, one)) == list(map(_typed, other))
    if kind is BoundMethod:
        return one.func is other.func and pairs.get(id(one.self)) == id(other.self)
    if kind is Unknown:
        return (one.why, one.where) == (other.why, other.where)
    if kind is Tensor:
        return _outside(one) == _outside(other)
    return kind is External and one.path == other.path


def _typed(value: Any) -> tuple[type, Any]:
    return type(value), value
