"""Tokens: the tokenizer's size, special tokens, ends of text, and what the chat template can do."""

from __future__ import annotations

from collections.abc import Iterator

from archinspect.derive._answers import computed
from archinspect.derive._engine import fact
from archinspect.records import Answer, Config, Fact, Testimony, Unknown


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
    yield from tokenizer.says(role)
    for level in (config.text, config.root):
        key = f"{role}_id"
        if level.written.get(key) is not None:
            reason = (
                f"config.json states the id {level.written[key]!r:.40}; the tokenizer files name the token"
            )
            yield Unknown(reason, (level.stated(key),))
            return
    yield Unknown("needs the tokenizer files")
