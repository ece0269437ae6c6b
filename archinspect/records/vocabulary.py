"""What a registry may say: the names of facts, claim kinds and selectors, and the fields of each.

The registry is read before any model is looked at, by a stage that knows neither facts nor kinds.
The pipeline hands it this vocabulary, built from what those stages define.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

from msgspec import Struct, field

from archinspect.records.evidence import Json

FieldType: TypeAlias = Literal[
    "any",
    "string",
    "digits",  # a number as printed, in quotes: "0.490" has three decimals
    "integer",
    "number",
    "count",  # a whole number from 0
    "tolerance",  # a number from 0
    "boolean",
    "list",
    "strings",
    "numbers",
    "pair",  # two numbers
    "date",  # YYYY, YYYY-MM or YYYY-MM-DD
    "dates",
    "tables",
    "fact",
    "facts",
    "model",
    "models",
    "claim",
    "claims",
    "lineage",
    "generation",
]
"""`fact`, `model`, `claim`, `lineage` and `generation` must exist in what they refer to."""

ANY_PART: Final = "*"

FACT_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "parameters": ("total", "embedding", "non_embedding", "model"),
    "attention_bias": ("q", "k", "v", "o"),
    "qk_norm": ("kind", "over"),
    "bos_token": ("token", "id"),
    "eos_token": ("token", "id"),
    "pad_token": ("token", "id"),
    "chat_template": (
        "present",
        "location",
        "thinking_toggle",
        "tools",
        "system_role",
        "generation_prompt",
        "emits_bos",
    ),
    "kv_cache_bytes": ("per_token", "at.4096", "at.32768", "at.131072"),
    "quantization": ("method", "bits"),
    "rope_scaling": (ANY_PART,),
    "dtype": (ANY_PART,),
}
"""The parts of the facts whose value is an object, as the contract lists them."""


class FieldSpec(Struct, frozen=True):
    """One field that a claim kind or a selector takes."""

    name: str
    type: FieldType
    summary: str = ""
    required: bool = False
    choices: tuple[Json, ...] = ()
    """The only values allowed (of a list: its members); empty when the type says enough."""


class KindSpec(Struct, frozen=True):
    """A claim kind or a selector, as far as the registry needs to know it."""

    name: str
    summary: str
    fields: tuple[FieldSpec, ...] = ()
    about: Literal["fact", "optional", "none"] = "fact"
    """Whether the claim names a fact in `about`."""
    alone: bool = False
    """For a selector: it asserts something by itself, so that the claim needs no kind."""
    one_of: tuple[str, ...] = ()
    """Fields of which at least one must be given."""
    needs: tuple[tuple[str, Json, str], ...] = ()
    """(field, value, other): a field with this value (None: with any) needs the other field."""
    needs_model: bool = False
    """For a kind: it looks at a model, so that a claim outside a model's entry must say which."""
    composes: bool = True
    """For a selector: it can be combined with a kind."""
    without_kind: tuple[str, ...] = ()
    """For a selector that asserts by itself: fields it needs when the claim has no kind."""


class Vocabulary(Struct, frozen=True):
    """Everything a registry can refer to outside itself."""

    facts: Mapping[str, tuple[str, ...]]
    """Fact -> its parts; empty when it has none, ANY_PART when their names are open."""
    kinds: Mapping[str, KindSpec]
    selectors: Mapping[str, KindSpec] = field(default_factory=dict)

    def names_of_facts(self) -> tuple[str, ...]:
        """Every name `about` may have: facts, and their parts with a dot."""
        parts = [f"{name}.{part}" for name, parts in self.facts.items() for part in parts if part != ANY_PART]
        return (*self.facts, *parts)

    def has_fact(self, about: str) -> bool:
        """Whether `about` is a fact or a part of one."""
        name, dot, part = about.partition(".")
        if not dot:
            return name in self.facts
        parts = self.facts.get(name, ())
        return bool(part) and (part in parts or ANY_PART in parts)


def vocabulary_of(
    facts: Iterable[str], kinds: Mapping[str, KindSpec], selectors: Mapping[str, KindSpec]
) -> Vocabulary:
    """The vocabulary of these facts (their parts are FACT_PARTS), kinds and selectors."""
    return Vocabulary({name: FACT_PARTS.get(name, ()) for name in facts}, kinds, selectors)
