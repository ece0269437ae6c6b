"""Names that differ only in numbers, written once: `layers.0.w`, `layers.1.w` become `layers.[0-1].w`."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

Shape = tuple[int, ...]
Index = tuple[int, ...]
NUMBER = re.compile(r"(?:(?<=\.)|^)(\d+)(?=\.|$)")


def fold_shapes(shapes: Mapping[str, Shape]) -> list[tuple[str, list[int]]]:
    """[folded name, shape] pairs which stand for exactly the given names."""
    by_shape: dict[Shape, list[str]] = defaultdict(list)
    for name, shape in shapes.items():
        by_shape[shape].append(name)
    return [(folded, list(shape)) for shape, names in by_shape.items() for folded in fold(names)]


def fold(names: Iterable[str]) -> list[str]:
    """Folded names which stand for exactly the given names."""
    indices: dict[str, set[Index]] = defaultdict(set)
    for name in names:
        indices[NUMBER.sub("*", name)].add(tuple(int(n) for n in NUMBER.findall(name)))
    return [_fill(form, dims) for form, found in indices.items() for dims in _products(found)]


def _products(found: set[Index]) -> list[list[str]]:
    """The set as a union of products of number ranges."""
    if found == {()}:
        return [[]]
    rest: dict[int, set[Index]] = defaultdict(set)
    for index in found:
        rest[index[0]].add(index[1:])
    alike: dict[frozenset[Index], list[int]] = defaultdict(list)
    for first, tails in rest.items():
        alike[frozenset(tails)].append(first)
    return [[_ranges(firsts), *dims] for tails, firsts in alike.items() for dims in _products(set(tails))]


def _ranges(numbers: list[int]) -> str:
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def _fill(form: str, dims: list[str]) -> str:
    parts = form.split("*")
    return "".join(text + f"[{dim}]" for text, dim in zip(parts, dims, strict=False)) + parts[-1]
