"""Tokens: the tokenizer's size, special tokens, ends of text, and what the chat template can do."""

from __future__ import annotations

from collections.abc import Iterator

from archinspect.derive._answers import computed
from archinspect.derive._engine import fact
from archinspect.records import Answer, Config, Evidence, Fact, Testimony, Unknown


@fact
def tokenizer_size(tokenizer: Testimony) -> Iterator[Answer]:
    """Entries of the tokenizer's vocabulary, added tokens included."""
    yield from tokenizer.says("tokenizer_size")
    yield Unknown("needs the tokenizer files")


@fact
def vocab_padding(vocab_size: Fact, tokenizer_size: Fact) -> Iterator[Answer]:
    """Rows of the input embedding beyond the tokenizer's entries; negative when some have no row."""
    yield computed(lambda rows, entries: rows - entries, vocab_size, tokenizer_size)


@fact
def bos_token(config: Config, tokenizer: Testimony) -> Iterator[Answer]:
    """The token that begins a text and its id; null when there is none."""
    yield from _special("bos_token", config, tokenizer)


@fact
def eos_token(config: Config, tokenizer: Testimony) -> Iterator[Answer]:
    """The token by which the tokenizer ends a text and its id; null when there is none."""
    yield from _special("eos_token", config, tokenizer)


@fact
def pad_token(config: Config, tokenizer: Testimony) -> Iterator[Answer]:
    """The token that fills up shorter texts of a batch and its id; null when there is none."""
    yield from _special("pad_token", config, tokenizer)


@fact
def eos_token_ids(tokenizer: Testimony) -> Iterator[Answer]:
    """Ids at which generation ends, for each file that states some."""
    yield from tokenizer.says("eos_token_ids")
    yield Unknown("no file states an eos_token_id")


@fact
def chat_template(tokenizer: Testimony) -> Iterator[Answer]:
    """Whether there is a chat template, where, and what it can do, decided by rendering it."""
    yield from tokenizer.says("chat_template")
    yield Unknown("needs the tokenizer files")


def _special(role: str, config: Config, tokenizer: Testimony) -> Iterator[Answer]:
    """The tokenizer names the token; an id in config.json alone does not say which token it is."""
    stated = _stated_id(role, config)
    for answer in tokenizer.says(role):
        if isinstance(answer, Unknown) and stated is not None:
            reason = f"{answer.reason}; config.json states the id {stated.raw!r:.40}"
            yield Unknown(reason, (*answer.evidence, stated))
        else:
            yield answer
    yield Unknown("needs the tokenizer files", () if stated is None else (stated,))


def _stated_id(role: str, config: Config) -> Evidence | None:
    for level in (config.text, config.root):
        if level.written.get(f"{role}_id") is not None:
            return level.stated(f"{role}_id")
    return None
