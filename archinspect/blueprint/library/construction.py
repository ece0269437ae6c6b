"""Constructing modules: each layer once where layers differ in nothing but a number they keep.

Equal arguments give a copy of what they gave before. Layers are mostly made with their position beside the
config, though. Where the constructor only carries that number (``carried`` decides), and looks up the same
with it, a third layer and all further ones are copies of the first two with their own numbers in the places
where these two differ.
"""

from __future__ import annotations

from archinspect.blueprint.interp.calls import bind_arguments
from archinspect.blueprint.interp.values import (
    ClassValue,
    FunctionValue,
    ModuleObject,
    Raised,
    describe,
)
from archinspect.hints import Any

from .modules import clone, relocate
from .same import found_part, memo_part
from .template import Sample, Template, template_of

Args = list[Any]
Kwargs = dict[str, Any]
_WORTH_IT = 2
"""Constructions of a class, each with other arguments, before its constructor is looked at more closely."""
_MOST_KINDS = 8
"""Kinds of layer that a class is expected to make: when there are more, each layer is another kind."""


class _Kind:
    """``key``: what layers of one kind have in common; ``numbers``: what each of them carries, by parameter;
    ``attributes``: where they keep these; ``looked``: what was looked up with them.
    """

    __slots__ = ("attributes", "key", "looked", "numbers")

    def __init__(self) -> None:
        self.key: tuple[Any, ...] = ()
        self.numbers: dict[str, int] = {}
        self.attributes: set[str] = set()
        self.looked: list[Any] = []


def construct(ev: Any, cls: ClassValue, args: Args, kwargs: Kwargs) -> Any:
    """``Class(...)``: built, or copied from what was built before."""
    key = memo_key(ev, cls, args, kwargs)
    if key is None:
        return _build(ev, cls, args, kwargs)
    found = ev.memo.get(key)
    if found is not None:
        made = clone(ev, found)
        made.location = ev.where()
        if cls.module is None:
            relocate(made, ev.where())
        return made
    if cls.module is not None and ev.built.get(cls, 0) >= _WORTH_IT:
        made = _like_others(ev, cls, args, kwargs, key)
    else:
        ev.built[cls] = ev.built.get(cls, 0) + 1
        made = _build(ev, cls, args, kwargs)
    if key not in ev.memo:
        # Most classes are built once per layer with another index: keep only what is asked for again.
        ev.memo[key] = None
    elif isinstance(made, ModuleObject) and key == memo_key(ev, cls, args, kwargs):
        ev.memo[key] = clone(ev, made)
    return made


def _build(ev: Any, cls: ClassValue, args: Args, kwargs: Kwargs) -> Any:
    made = ModuleObject(cls, ev.where())
    try:
        ev.call(cls.find("__init__"), [made, *args], kwargs)
    except Raised as error:
        if not ev.lenient or ev.budget.depth < 2:
            raise
        # Code written for another release: what it cannot build is unknown, the rest stands.
        return ev.unknown(f"{cls.name} cannot be built: {describe(error)}")
    return made


def _like_others(ev: Any, cls: ClassValue, args: Args, kwargs: Kwargs, whole: Any) -> Any:
    """Copied from two of its kind, or built and remembered as one of the two."""
    kind = _kind(ev, cls, args, kwargs)
    if kind is None:
        return _build(ev, cls, args, kwargs)
    key = kind.key
    known = ev.memo.get(key, ())
    if type(known) is Template:
        made = clone(ev, known.module, swaps=known.swaps(kind.numbers), special=known.special)
        made.location = ev.where()
        return made
    watched, ev.watched = ev.watched, ev.watched | kind.attributes | {"__dict__"}
    seen, ev.seen = ev.seen, False
    rewritten, ev.rewritten = ev.rewritten, []
    try:
        made = _build(ev, cls, args, kwargs)
        clean = isinstance(made, ModuleObject) and not ev.seen and whole == memo_key(ev, cls, args, kwargs)
        clean = clean and all(found_part(one) in key for one in ev.rewritten)
    finally:
        ev.watched, ev.seen = watched, seen or ev.seen
        if rewritten is not None:
            rewritten += ev.rewritten
        ev.rewritten = rewritten
    if known is None or not clean:
        ev.memo[key] = None
    elif not known:
        ev.built[cls] += 1
        ev.memo[key] = Sample(clone(ev, made), kind.numbers, kind.looked)
    elif all(value != known.numbers[name] for name, value in kind.numbers.items()):
        sample = Sample(clone(ev, made), kind.numbers, kind.looked)
        ev.memo[key] = template_of(known, sample, kind.attributes)
    return made


def _kind(ev: Any, cls: ClassValue, args: Args, kwargs: Kwargs) -> _Kind | None:
    """What a construction depends on beside the numbers that are only carried; None when there are none."""
    if ev.built.get(cls, 0) > _WORTH_IT + _MOST_KINDS:
        return None
    from .carried import carried

    init = cls.find("__init__")
    if type(init) is not FunctionValue:
        return None
    given = bind_arguments(ev, init, [None, *args], kwargs)
    parts: list[Any] = ["kind", cls, ev.library.class_writes]
    made = _Kind()
    for name, value in given.items():
        found = carried(ev, cls, name) if type(value) is int else None
        if found is None:
            parts.append((name, memo_part(value)))
            continue
        made.numbers[name] = value
        made.attributes |= found.attributes
        try:
            made.looked += found.looks.run(ev, given)
        except Raised:
            return None
    parts += [found_part(one) for one in made.looked]
    made.key = tuple(parts)
    return made if made.numbers and None not in parts else None


def memo_key(ev: Any, cls: ClassValue, args: Args, kwargs: Kwargs) -> Any:
    """What a construction depends on, as far as its arguments can be compared; None when they cannot."""
    parts: list[Any] = [cls, ev.library.class_writes]
    for value in args:
        part = memo_part(value)
        if part is None:
            return None
        parts.append(part)
    for name, value in kwargs.items():
        part = memo_part(value)
        if part is None:
            return None
        parts.append((name, part))
    return tuple(parts)
