"""What is learnt from a file that holds a vocabulary; small enough to be remembered, unlike the file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

TOKENIZER_JSON: Final = "tokenizer.json"
MOST_ENTRIES: Final = 8_000_000
LARGEST_ID: Final = 2**31


def digest(vocabulary: Mapping[str, int]) -> str:
    """A digest that two vocabularies share when they give the same ids to the same tokens."""
    state = hashlib.sha256()
    for token, number in sorted(vocabulary.items(), key=lambda item: (item[1], item[0])):
        state.update(f"{number}\0{token}\0".encode("utf-8", "surrogatepass"))
    return state.hexdigest()
