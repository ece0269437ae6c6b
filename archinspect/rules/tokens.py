"""Special tokens against each other and against the embedding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archinspect.records import Config, Evidence, Fact
from archinspect.records.tokenizer import TokenizerTestimony
from archinspect.rules._rule import Alarm, rule

GENERATES = ("generation_config.json", "config.json")
"""Where generate() takes its ends from: the second only when the first states none."""
ROLES = ("bos_token", "eos_token", "pad_token")


@rule("eos-mismatch", "warning")
def eos_mismatch(eos_token_ids: Fact, tokenizer: TokenizerTestimony) -> Iterator[Alarm]:
    """Generation does not stop where an answer ends, because the files name different end tokens."""
    stated: Mapping[str, list[int]] = {file: ids for file, ids in eos_token_ids.value.items() if ids}
    used = next((file for file in GENERATES if file in stated), None)
    if used is None:
        return
    turn = _turn_end(tokenizer)
    if turn is not None:
        yield from _against_template(stated, used, turn, eos_token_ids.evidence)
    else:
        yield from _against_each_other(stated, used, eos_token_ids.evidence)


@rule("special-id-out-of-range", "error")
def special_id_out_of_range(
    vocab_size: Fact, config: Config, facts: Mapping[str, Fact], embedding_rows: Fact | None = None
) -> Iterator[Alarm]:
    """A special token has no row in the embedding, so that a text which contains it cannot be run."""
    rows = embedding_rows or vocab_size
    for role in ROLES:
        for number, evidence in _ids(role, config, facts):
            if number >= rows.value:
                message = f"{role} has the id {number}, but the embedding has {rows.value} rows"
                yield Alarm(message, (evidence, *rows.evidence))
            elif number < 0:
                message = f"{role} has the id {number}; an embedding cannot look up a negative id"
                yield Alarm(message, (evidence,), "warning")


@rule("pad-is-eos", "note")
def pad_is_eos(pad_token: Fact, eos_token: Fact) -> Iterator[Alarm]:
    """Training that masks padding also masks the end of every text, and the model never learns to stop."""
    if pad_token.value and eos_token.value and pad_token.value["id"] == eos_token.value["id"]:
        token = f"{pad_token.value['token']!r} ({pad_token.value['id']})"
        yield Alarm(f"pad_token and eos_token are both {token}", (*pad_token.evidence, *eos_token.evidence))


@rule("tokenizer-exceeds-embedding", "warning")
def tokenizer_exceeds_embedding(
    vocab_size: Fact, tokenizer: TokenizerTestimony, embedding_rows: Fact | None = None
) -> Iterator[Alarm]:
    """A token that the tokenizer can produce has no row in the embedding: that text ends in an error."""
    rows = embedding_rows or vocab_size
    largest = max([*tokenizer.added.values(), tokenizer.learnt.largest_id if tokenizer.learnt else -1])
    if largest < rows.value:
        return
    beyond = sorted((number, token) for token, number in tokenizer.added.items() if number >= rows.value)
    named = ", ".join(f"{token!r:.60} ({number})" for number, token in beyond[:3])
    message = f"the tokenizer has ids up to {largest}, the embedding {rows.value} rows" + (
        f": no row for {named}" if named else ""
    )
    found = Evidence("tokenizer", _where(tokenizer, beyond[0][1] if beyond else None), largest)
    yield Alarm(message, (found, *rows.evidence))


def _turn_end(tokenizer: TokenizerTestimony) -> tuple[str, int] | None:
    """The token that the template writes right after an answer, when it is a known one."""
    profile = tokenizer.chat.profile if tokenizer.chat else None
    if profile is None or profile.turn_end is None:
        return None
    tail = profile.turn_end
    known = [token for token in tokenizer.added if token and tail.startswith(token)]
    if not known:
        return None
    token = max(known, key=len)
    return token, tokenizer.added[token]


def _against_template(
    stated: Mapping[str, list[int]], used: str, turn: tuple[str, int], evidence: tuple[Evidence, ...]
) -> Iterator[Alarm]:
    token, number = turn
    lacking = [file for file, ids in stated.items() if number not in ids]
    ends = f"the chat template ends an answer with {token!r} ({number})"
    if used in lacking:
        yield Alarm(f"{ends}, but {used} lets generation end only at {_listed(stated[used])}", evidence)
    elif lacking:
        which = " and ".join(f"{file} ({_listed(stated[file])})" for file in lacking)
        message = f"{ends}; software that takes the end from {which} runs on; {used} has it right"
        yield Alarm(message, evidence, "note")


def _against_each_other(
    stated: Mapping[str, list[int]], used: str, evidence: tuple[Evidence, ...]
) -> Iterator[Alarm]:
    for file, ids in stated.items():
        if not set(ids) <= set(stated[used]):
            message = (
                f"{file} ends at {_listed(ids)}, {used}, which generation follows, at {_listed(stated[used])}"
            )
            yield Alarm(message, evidence, None if set(ids).isdisjoint(stated[used]) else "note")


def _listed(ids: list[int]) -> str:
    return ", ".join(map(str, ids))


def _ids(role: str, config: Config, facts: Mapping[str, Fact]) -> Iterator[tuple[int, Evidence]]:
    for level in {config.text.at: config.text, config.root.at: config.root}.values():
        value = level.written.get(f"{role}_id")
        for number in value if isinstance(value, list) else [value]:
            if type(number) is int:
                yield number, level.stated(f"{role}_id")
    fact = facts.get(role)
    if fact is not None and fact.known and fact.value:
        yield fact.value["id"], fact.evidence[0]
    ends = facts.get("eos_token_ids")
    if role == "eos_token" and ends is not None and ends.known:
        for number in ends.value.get("generation_config.json", ()):
            yield number, Evidence("stated", "generation_config.json#/eos_token_id", number)


def _where(tokenizer: TokenizerTestimony, token: str | None) -> str:
    if tokenizer.learnt is not None and (token is None or token in tokenizer.learnt.added):
        return tokenizer.learnt.file
    decoder = tokenizer.config.get("added_tokens_decoder")
    number = str(tokenizer.added.get(token or "", ""))
    if isinstance(decoder, dict) and number in decoder:
        return f"tokenizer_config.json#/added_tokens_decoder/{number}"
    return "added_tokens.json"
