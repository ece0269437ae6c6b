"""What is learnt from a file that holds a vocabulary; small enough to be remembered, unlike the file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final

from archinspect.records import Json

TOKENIZER_JSON: Final = "tokenizer.json"
MOST_ENTRIES: Final = 8_000_000
LARGEST_ID: Final = 2**31


@dataclass(frozen=True, slots=True)
class Learnt:
    """One vocabulary file, summed up."""

    file: str
    entries: int
    """Distinct tokens, added ones included."""
    largest_id: int
    added: Mapping[str, int] = field(default_factory=dict)
    """Added tokens and their ids, by content."""
    found: Mapping[str, int] = field(default_factory=dict)
    """Ids of those tokens that were asked for and that are in the vocabulary proper."""
    starts_with: tuple[str, ...] = ()
    """Tokens that the post-processor puts before every text."""
    family: Mapping[str, Json] = field(default_factory=dict)
    """How text becomes tokens: algorithm, normaliser, pre-tokeniser, and digests to compare by."""
    complete: bool = True
    """False when further tokens are defined elsewhere, in code that is not read."""

    def to_json(self) -> Json:
        """As JSON; `Learnt(**data)` restores it (`starts_with` as a list, which reads alike)."""
        return asdict(self)

    def id_of(self, token: str) -> int | None:
        """The token's id, when it is an added one or was asked for."""
        return self.added.get(token, self.found.get(token))


def digest(vocabulary: Mapping[str, int]) -> str:
    """A digest that two vocabularies share when they give the same ids to the same tokens."""
    state = hashlib.sha256()
    for token, number in sorted(vocabulary.items(), key=lambda item: (item[1], item[0])):
        state.update(f"{number}\0{token}\0".encode("utf-8", "surrogatepass"))
    return state.hexdigest()
