"""Chat templates: missing, stored twice, and what they add of their own accord."""

from __future__ import annotations

from collections.abc import Iterator

from archinspect.records import Evidence, Fact
from archinspect.records.tokenizer import TokenizerTestimony
from archinspect.rules._rule import Alarm, rule

TURN_ENDS = (
    "<|im_end|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<end_of_turn>",
    "<turn|>",
    "<|end|>",
    "<|eot|>",
    "<|return|>",
)
"""Tokens that end a turn of a conversation and nothing else."""
SHOWN = 160


@rule("template-missing", "warning")
def template_missing(chat_template: Fact, eos_token: Fact) -> Iterator[Alarm]:
    """The model was trained on conversations, but nothing says how to write one: prompts are guesswork."""
    if chat_template.value["present"] or not eos_token.value:
        return
    if eos_token.value["token"] in TURN_ENDS:
        message = (
            f"eos_token is {eos_token.value['token']!r}, which ends a turn, but there is no chat template"
        )
        yield Alarm(message, eos_token.evidence)


@rule("template-conflict", "warning")
def template_conflict(tokenizer: TokenizerTestimony) -> Iterator[Alarm]:
    """Two places hold different chat templates, and which one is used depends on the software."""
    for double in tokenizer.chat.doubles if tokenizer.chat else ():
        if double.same_text:
            continue
        where = tuple(Evidence("tokenizer", one.location) for one in (double.used, double.other))
        places = f"{double.used.location} and {double.other.location}"
        if double.same_rendering:
            yield Alarm(f"{places} differ as text and render alike", where, "note")
        else:
            yield Alarm(f"{places} render the same conversation differently", where)


@rule("chat-template-impure", "note")
def chat_template_impure(tokenizer: TokenizerTestimony, chat_template: Fact) -> Iterator[Alarm]:
    """The same conversation becomes another prompt on another day, so that results cannot be repeated."""
    profile = tokenizer.chat.profile if tokenizer.chat else None
    words = {"date": "today's date", "random": "something chosen at random"}
    if profile is not None and profile.impure:
        named = " and ".join(words.get(trace, trace) for trace in profile.impure)
        yield Alarm(f"the chat template writes {named} into the prompt", chat_template.evidence)


@rule("template-hidden-text", "note")
def template_hidden_text(tokenizer: TokenizerTestimony, chat_template: Fact) -> Iterator[Alarm]:
    """The model is told more than the user sees: the template puts words of its own in front."""
    profile = tokenizer.chat.profile if tokenizer.chat else None
    if profile is not None and profile.hidden_text:
        text = profile.hidden_text
        shown = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
        yield Alarm(f"without a system message the template writes {shown!r}", chat_template.evidence)


@rule("template-doubles-bos", "warning")
def template_doubles_bos(tokenizer: TokenizerTestimony, chat_template: Fact) -> Iterator[Alarm]:
    """A conversation contains the token that begins a text more than once, which no training text does."""
    profile = tokenizer.chat.profile if tokenizer.chat else None
    bos, eos = (tokenizer.tokens.get(role) for role in ("bos_token", "eos_token"))
    if profile is not None and profile.bos_count > 1 and bos != eos:
        message = (
            f"the chat template writes {bos!r} {profile.bos_count} times into a conversation of three turns"
        )
        yield Alarm(message, chat_template.evidence)


@rule("template-broken", "error")
def template_broken(tokenizer: TokenizerTestimony) -> Iterator[Alarm]:
    """apply_chat_template fails or never ends."""
    chat = tokenizer.chat
    if chat is None:
        return
    used = chat.templates.used
    if used is not None and chat.profile is not None and chat.profile.problem is not None:
        where = (Evidence("tokenizer", used.location),)
        yield Alarm(f"{used.location} cannot be rendered: {chat.profile.problem}", where)
    for place, problem in chat.templates.problems.items():
        yield Alarm(f"{place} {problem}", (Evidence("tokenizer", place),))
