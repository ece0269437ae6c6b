"""Reads tests/fixtures/truth/<transformers version>.json.xz, written by scripts/torch_truth.py.

A fixture is {"transformers", "torch", "entries", "failed"}. An entry is {"id", "config", "class",
"config_class", "config_path", "parameters", "tied", "resolved", "facts", "notes"}: `config` is the input
(the whole config.json, or {"model_type", "architectures"} for a type's defaults), `parameters` a list of
[folded name, shape], `tied` groups of names that are one tensor, `facts` what torch showed (a name that is
absent was not measured). `model.layers.[0-31].mlp.[0-1,3].weight` stands for every combination of the
bracketed numbers.
"""

import json
import lzma
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "truth"
Shape = tuple[int, ...]


@cache
def load(version: str) -> dict[str, Any]:
    """The fixture of one transformers version."""
    return load_file(FOLDER / f"{version}.json.xz")


def load_file(path: Path) -> dict[str, Any]:
    """The content of one truth file."""
    truth: dict[str, Any] = json.loads(lzma.decompress(path.read_bytes()))
    return truth


def shapes(entry: dict[str, Any]) -> dict[str, Shape]:
    """Every parameter name of an entry with its shape."""
    return {name: tuple(shape) for folded, shape in entry["parameters"] for name in unfold(folded)}


def tied(entry: dict[str, Any]) -> set[frozenset[str]]:
    """Groups of parameter names that are one tensor."""
    return {frozenset(name for folded in group for name in unfold(folded)) for group in entry["tied"]}


def unfold(folded: str) -> Iterator[str]:
    """Every name that a folded name stands for."""
    parts = re.split(r"\[([\d,-]+)\]", folded)
    numbers = [list(_numbers(ranges)) for ranges in parts[1::2]]
    for choice in product(*numbers):
        yield "".join(text + str(number) for text, number in zip(parts[::2], [*choice, ""], strict=True))


def _numbers(ranges: str) -> Iterator[int]:
    for part in ranges.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)
