"""A release's own rules for loading checkpoints (``conversion_mapping.py``), turned round: from memory to
disk.

A rule renames a key by regular expressions, or also cuts, joins and stacks tensors. The tables are read
from the
source tree; what a rule does to names and shapes is worked out here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from .interp.budget import OutOfBoundsError
from .interp.values import Instance, Unknown
from .records import Shape

Sizes = dict[str, Shape | None]
_LOOKAROUND = re.compile(r"\(\?.+?\)?\)")
_GROUP = re.compile(r"\(.+?\)")


class Transform(Struct, frozen=True):
    """One rule: names that match a source become the target; ``operations`` are (class, attributes) in
    order.
    """

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    operations: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    paired: bool = False
    offset: int = 0
    scope: str | None = None
    base_prefix: str = ""
    literal: bool = False

    def reversed(self) -> Transform:
        """The rule from memory to disk."""
        operations = tuple(_REVERSED.get(name, name) for name, _ in reversed(self.operations))
        options = tuple(attributes for _, attributes in reversed(self.operations))
        pairs = list(zip(self.targets, self.sources, strict=False))
        sources, targets = self.targets, self.sources
        if self.paired:
            pairs.sort()
            sources, targets = tuple(a for a, _ in pairs), tuple(b for _, b in pairs)
        turned = tuple(zip(operations, options, strict=True))
        return replace(self, sources=sources, targets=targets, operations=turned, offset=-self.offset)


_REVERSED = {
    "Concatenate": "Chunk",
    "Chunk": "Concatenate",
    "Split": "Concatenate",
    "MergeModulelist": "SplitModulelist",
    "SplitModulelist": "MergeModulelist",
}


class Matcher:
    """A transform ready to be tried on names."""

    def __init__(self, transform: Transform) -> None:
        """Compile the patterns. Raises re.error when one is not valid."""
        self.transform = transform
        self.active = False
        self.targets, groups = [], []
        for pattern in transform.targets:
            plain, group = _as_replacement(pattern)
            self.targets.append(plain)
            groups += [group] if group else []
        self.sources = [self._source(i, one, groups) for i, one in enumerate(transform.sources)]
        if transform.literal:
            self.sources = list(transform.sources)
        branches = []
        for i, one in sorted(enumerate(self.sources), key=lambda pair: -len(pair[1])):
            pattern = one.replace("*.", r".*\.")
            end = r"(?!\w)" if pattern[-1:].isascii() and pattern[-1:].isalnum() else ""
            branches.append(f"(?P<g{i}>{pattern}{end})")
        self.compiled = re.compile("|".join(branches))

    def _source(self, position: int, pattern: str, groups: list[str]) -> str:
        if r"\1" in pattern and groups:
            pattern = pattern.replace(r"\1", groups[0], 1)
        targets = self.transform.targets
        if len(targets) == len(self.transform.sources) and targets[position].startswith("^"):
            pattern = pattern if pattern.startswith("^") else f"^{pattern}"
        return pattern

    def rename(self, key: str) -> tuple[str, str | None]:
        """The new key and the source pattern that matched, or the same key and None."""
        prefix = self._prefix(key)
        if prefix is None:
            return key, None
        inner = key.removeprefix(prefix)
        match = self.compiled.search(inner)
        if match is None:
            return key, None
        group = next(name for name, text in match.groupdict().items() if text is not None)
        position = int(group[1:])
        if self.transform.paired:
            self.active = self.active or position == 0
            if not self.active:
                return key, None
        target = self.targets[position if self.transform.paired else 0]
        if r"\1" in target:
            inside = match.group(self.compiled.groupindex[group] + 1) or ""
            if self.transform.offset and inside.isdigit():
                inside = str(int(inside) + self.transform.offset)
            target = target.replace(r"\1", inside)
        return prefix + inner.replace(match.group(0), target, 1), self.sources[position]

    def _prefix(self, key: str) -> str | None:
        scope = self.transform.scope
        if scope is None:
            return ""
        inner = f"{scope}." if scope else ""
        base = f"{self.transform.base_prefix}." if self.transform.base_prefix else ""
        for prefix in (base + inner, inner):
            if key.startswith(prefix):
                return prefix
        return None


def _as_replacement(pattern: str) -> tuple[str, str | None]:
    """A pattern as text to put in: no anchor, no look-around, its group as a back reference."""
    pattern = _LOOKAROUND.sub("", pattern.removeprefix("^"))
    group = _GROUP.search(pattern)
    if group:
        pattern = pattern.replace(group.group(0), r"\1", 1)
    return pattern.replace(r"\.", "."), group.group(0) if group else None


def unknown_rule(value: Any) -> Unknown | None:
    """What is not known of an interpreted loading rule, when something is."""
    if isinstance(value, Unknown):
        return value
    operations = value.attrs.get("operations") if isinstance(value, Instance) else None
    if isinstance(operations, list):
        return next((one for one in operations if isinstance(one, Unknown)), None)
    return operations if isinstance(operations, Unknown) else None


def from_source(value: Any, scope: str | None, base_prefix: str, *, prefixes: bool) -> Transform | None:
    """The rule an interpreted ``WeightTransform`` object states.

    ``prefixes``: whether the checkpoint has the layout that prefix rules are for (loading accepts both).
    """
    if not isinstance(value, Instance):
        return None
    if value.cls.name == "PrefixChange":
        return _prefix_rule(value, scope, base_prefix) if prefixes else None
    sources, targets = (_texts(value.attrs.get(key)) for key in ("source_patterns", "target_patterns"))
    if not sources or not targets:
        return None
    operations = tuple(
        (one.cls.name, dict(one.attrs))
        for one in value.attrs.get("operations", [])
        if isinstance(one, Instance)
    )
    offset = value.attrs.get("offset", 0)
    paired = value.cls.name == "GroupWeightRename"
    return Transform(
        sources, targets, operations, paired, offset if isinstance(offset, int) else 0, scope, base_prefix
    )


def _prefix_rule(value: Instance, scope: str | None, base_prefix: str) -> Transform | None:
    """A prefix that loading takes off (disk has it) or puts on (disk lacks it)."""
    place, off, on = (value.attrs.get(key) for key in ("model_prefix", "prefix_to_remove", "prefix_to_add"))
    inside = rf"{place}\." if isinstance(place, str) and place else ""
    if isinstance(off, str):
        return Transform(
            (rf"{inside}{off}\.\1",),
            (rf"^{inside}(?!{off}\.)(.+)",),
            scope=scope,
            base_prefix=base_prefix,
            literal=True,
        )
    if isinstance(on, str):
        return Transform(
            (rf"{inside}\1",), (rf"^{inside}{on}\.(.+)",), scope=scope, base_prefix=base_prefix, literal=True
        )
    return None


def _texts(value: Any) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    return tuple(one for one in values if isinstance(one, str) and len(one) < 2000)


def operate(matcher: Matcher, collected: dict[str, list[Shape | None]], layer: str) -> Sizes:
    """Names and shapes on disk of the tensors a converter collected under one (renamed) name."""
    sizes: Sizes = {}
    for pattern, shapes in collected.items():
        sizes[pattern] = shapes[0] if len(shapes) == 1 else None
    for name, options in matcher.transform.operations:
        sizes = _apply(name, options, sizes, matcher)
    full = layer.replace("*.", "0.") if "*." in layer else layer
    found = next((key for key in sizes if key in full), None)
    if found is None:
        return sizes
    prefix, _, suffix = full.partition(found)
    return {prefix + key + suffix: shape for key, shape in sizes.items()}


def _apply(name: str, options: Mapping[str, Any], sizes: Sizes, matcher: Matcher) -> Sizes:
    dim = options.get("dim", 0)
    dim = dim if isinstance(dim, int) else 0
    if name == "Chunk":
        shape = next(iter(sizes.values()))
        return {one: _resized(shape, dim, len(matcher.targets)) for one in matcher.targets}
    if name == "Concatenate":
        order = [sizes[one] for one in matcher.sources if one in sizes]
        return {matcher.targets[0]: _joined(order, dim)}
    if name == "SplitModulelist":
        return _unstacked(sizes, dim, matcher)
    if name == "Transpose" and not options.get("check_dims"):
        axes = (options.get("dim0", 0), options.get("dim1", 1))
        sizes = {key: _swapped(shape, *axes) for key, shape in sizes.items()}
    elif name not in ("Transpose", "Interleave", "PermuteForRope", "_IdentityOp"):
        sizes = dict.fromkeys(sizes)
    if len(sizes) == 1 and len(matcher.targets) == 1:
        return {matcher.targets[0]: next(iter(sizes.values()))}
    return sizes


def _resized(shape: Shape | None, dim: int, parts: int) -> Shape | None:
    if shape is None or not -len(shape) <= dim < len(shape):
        return None
    at = dim % len(shape)
    return (*shape[:at], shape[at] // parts, *shape[at + 1 :])


def _joined(shapes: list[Shape | None], dim: int) -> Shape | None:
    known = [one for one in shapes if one is not None]
    if not known or len(known) < len(shapes) or not -len(known[0]) <= dim < len(known[0]):
        return None
    at = dim % len(known[0])
    return (*known[0][:at], sum(one[at] for one in known), *known[0][at + 1 :])


def _unstacked(sizes: Sizes, dim: int, matcher: Matcher) -> Sizes:
    made: Sizes = {}
    for pattern, shape in sizes.items():
        name = matcher.targets[0] if len(sizes) == 1 and len(matcher.targets) == 1 else pattern
        if shape is None or not 0 <= dim < len(shape):
            made[name] = None
            continue
        if shape[dim] > MOST_PARTS:
            raise OutOfBoundsError(f"a tensor stored in more than {MOST_PARTS} parts")
        rest = (*shape[:dim], *shape[dim + 1 :])
        made.update({name.replace("*", str(one)): rest for one in range(shape[dim])})
    return made


MOST_PARTS = 20_000
"""Parts that one fused tensor may be stored in: each gets a name of its own."""


def _swapped(shape: Shape | None, a: Any, b: Any) -> Shape | None:
    if shape is None or not all(isinstance(one, int) and -len(shape) <= one < len(shape) for one in (a, b)):
        return None
    order = list(shape)
    order[a], order[b] = order[b], order[a]
    return tuple(order)
