"""A tokenizer and its chat templates, as their files show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field

from archinspect.records.evidence import Answer, Json, Testimony

DEFAULT_TEMPLATE: Final = "default"


class Learnt(Struct, frozen=True):
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

    def id_of(self, token: str) -> int | None:
        """The token's id, when it is an added one or was asked for."""
        return self.added.get(token, self.found.get(token))


class Template(Struct, frozen=True):
    """One chat template: its name among several, its text and where it stands."""

    name: str
    location: str
    text: str


class Templates(Struct, frozen=True):
    """All chat templates of a repository, those that are used first."""

    all: tuple[Template, ...] = ()
    problems: dict[str, str] = field(default_factory=dict)
    """Places where a template should stand and something else does."""
    unread: str | None = None
    """Why it is not known whether there are templates; None when everything was looked at."""

    def named(self, name: str) -> Template | None:
        """The template of this name that is used: a file of its own comes before tokenizer_config.json."""
        return next((template for template in self.all if template.name == name), None)

    @property
    def used(self) -> Template | None:
        """The template that is used when no name is given."""
        return self.named(DEFAULT_TEMPLATE) or (self.all[0] if self.all else None)


class Profile(Struct, frozen=True):
    """What renderings of one template showed."""

    problem: str | None = None
    """Why nothing could be shown."""
    thinking_toggle: bool = False
    thinking_variable: str | None = None
    tools: bool = False
    system_role: bool = False
    generation_prompt: bool = False
    emits_bos: bool = False
    bos_count: int = 0
    """How often the bos token stands in one conversation of three turns."""
    turn_end: str | None = None
    """The text after the assistant's answer, by which a turn ends."""
    hidden_text: str | None = None
    """Words of its own that the template puts before a conversation without a system message."""
    impure: tuple[str, ...] = ()
    """"date" and "random", when the same conversation can render differently."""


class Conflict(Struct, frozen=True):
    """Two templates of one name in two places, of which one is used by some loaders, one by others."""

    used: Template
    other: Template
    same_text: bool
    same_rendering: bool
    """Whether conversations render alike with both."""


class Studied(Struct, frozen=True):
    """A repository's chat templates and what the one that is used can do."""

    answer: Answer
    """About the fact `chat_template`."""
    templates: Templates = field(default_factory=Templates)
    profile: Profile | None = None
    """None when there is no template."""
    doubles: tuple[Conflict, ...] = ()
    """Templates that are stored twice, differing or not."""


class TokenizerTestimony(Testimony, frozen=True):
    """What the tokenizer files say, and the small files themselves, parsed."""

    config: Mapping[str, Json] = field(default_factory=dict)
    """tokenizer_config.json; empty when it is absent or broken."""
    added: Mapping[str, int] = field(default_factory=dict)
    """Added tokens by content, from whichever files state them."""
    tokens: Mapping[str, str] = field(default_factory=dict)
    """Special tokens by role, as templates see them: {"bos_token": "<s>", ...}."""
    problems: Mapping[str, str] = field(default_factory=dict)
    """Files that could not be read as what they should be: path -> what is wrong."""
    learnt: Learnt | None = None
    """What the vocabulary file said; None when it was not read."""
    chat: Studied | None = None
    """The chat templates, and what the one that is used can do."""
