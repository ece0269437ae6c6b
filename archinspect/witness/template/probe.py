"""Finds out what a chat template can do by rendering it: with and without each thing, and comparing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache as once
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from archinspect import cache
from archinspect.records import Json
from archinspect.records.tokenizer import Profile
from archinspect.witness.template.render import PASSING, Rendered, render

USER, ANSWER, SYSTEM = "Wie hoch ist der Eiffelturm?", "Dreihundertdreissig Meter.", "Antworte nur in Reimen."
TOOL_NAME: Final = "tower_height_lookup"
TOOL: Final[Json] = {
    "type": "function",
    "function": {
        "name": TOOL_NAME,
        "description": "Height of a tower",
        "parameters": {
            "type": "object",
            "properties": {"tower": {"type": "string", "description": "Its name"}},
            "required": ["tower"],
        },
        "return": {"type": "number"},
    },
}
SWITCH: Final = re.compile(r"think|reason", re.IGNORECASE)
SWITCH_VALUES: Final[Sequence[tuple[Json, Json]]] = ((True, False), ("high", "low"), ("on", "off"))
TOOL_LIST: Final = re.compile(r"(^|_)tools$")
WORDS: Final = re.compile(r"[^\W\d_]{2,}")
FEWEST_WORDS: Final = 3
ROLES: Final = ("system", "user", "assistant", "model", "developer")
ABSENT: Final[Mapping[str, Json]] = {"tools": None, "documents": None, "add_generation_prompt": False}
"""What transformers passes for things that are not given."""
Conversation = list[dict[str, Json]]


def probe(template: str, tokens: Mapping[str, str], tool_template: str | None = None) -> Profile:
    """Render the template in a dozen ways; remembered by the digest of everything that went in.

    `tokens` are the special tokens by role, as the template sees them; `tool_template` is what is
    rendered instead when tools are given.
    """
    key = cache.key_of(template, tool_template or "", json.dumps(sorted(tokens.items())), _stamp())
    known: Profile | None = cache.load("chat-templates", key, Profile)
    if known is not None:
        return known
    profile = _probe(template, tokens)
    if profile.problem is None and not profile.tools:
        profile = replace(profile, tools=_tools(tool_template or template, tokens))
    if not (profile.problem or "").startswith(PASSING):
        cache.store("chat-templates", key, profile)
    return profile


def renders_alike(left: str, right: str, tokens: Mapping[str, str]) -> bool:
    """Whether the same conversations render to the same text with both templates."""
    asked = list(_scenarios(tokens, False, ("enable_thinking",)).values())
    asked += list(_scenarios(tokens, True, ()).values())
    asked += [{**one, "tools": [TOOL]} for one in asked[:2]]
    first, second = render(left, asked), render(right, asked)
    texts = [[one.text for one in side.results] for side in (first, second)]
    return texts[0] == texts[1] and first.problem == second.problem


def _probe(template: str, tokens: Mapping[str, str]) -> Profile:
    turns = _turns([("user", USER)])
    forms = [{**ABSENT, **tokens, "messages": _listed(turns, listed)} for listed in (False, True)]
    first = render(template, forms)
    if not first.results or not (plain := [n for n, one in enumerate(first.results) if _says(one, USER)]):
        return Profile(problem=_why(first.problem, first.results))
    listed = plain[0] == 1
    asked = _scenarios(tokens, listed, first.variables)
    second = render(template, list(asked.values()))
    if second.problem is not None:
        return Profile(problem=second.problem)
    shown = dict(zip(asked, second.results, strict=True))
    base = shown["user"].text or ""
    return Profile(
        thinking_toggle=(switch := _switch(shown)) is not None,
        thinking_variable=switch,
        system_role=_says(shown["system"], SYSTEM),
        generation_prompt=shown["prompted"].text not in (None, base),
        emits_bos=bool(tokens.get("bos_token")) and base.lstrip().startswith(tokens["bos_token"]),
        bos_count=_count(shown["turns"], tokens.get("bos_token")),
        turn_end=_after(shown["answered"], ANSWER),
        hidden_text=_hidden(base, tokens),
        impure=tuple(sorted({trace for one in shown.values() for trace in one.impure})),
    )


def _scenarios(
    tokens: Mapping[str, str], listed: bool, variables: Sequence[str]
) -> dict[str, dict[str, Json]]:
    def talk(*turns: tuple[str, str], **further: Json) -> dict[str, Json]:
        return {**ABSENT, **tokens, "messages": _listed(_turns(turns), listed), **further}

    user, answer = ("user", USER), ("assistant", ANSWER)
    asked = {
        "user": talk(user),
        "prompted": talk(user, add_generation_prompt=True),
        "system": talk(("system", SYSTEM), user),
        "answered": talk(user, answer),
        "turns": talk(user, answer, user, add_generation_prompt=True),
    }
    for name in [name for name in variables if SWITCH.search(name)][:8]:
        for pair, values in enumerate(SWITCH_VALUES):
            for side, value in enumerate(values):
                asked[f"{name}/{pair}/{side}"] = talk(user, add_generation_prompt=True, **{name: value})
    return asked


def _tools(template: str, tokens: Mapping[str, str]) -> bool:
    """Whether a tool that is given shows up: through a variable, or through the system message."""
    seen = render(template, [])
    names = {"tools", *[name for name in seen.variables if TOOL_LIST.search(name)][:8]}
    given: dict[str, Json] = {name: [TOOL] for name in names}
    renders: list[dict[str, Json]] = []
    for listed in (False, True):
        messages = _listed(_turns([("user", USER)]), listed)
        with_system = _listed(_turns([("system", SYSTEM), ("user", USER)]), listed)
        renders += [
            {**ABSENT, **tokens, "messages": talk, "add_generation_prompt": True, **given}
            for talk in (messages, with_system)
        ]
        for form in ([TOOL], json.dumps([TOOL])):
            noted = [{**with_system[0], "tools": form}, *with_system[1:]]
            renders.append({**ABSENT, **tokens, "messages": noted, "add_generation_prompt": True})
    return any(_says(one, TOOL_NAME) for one in render(template, renders).results)


def _turns(turns: Sequence[tuple[str, str]]) -> Conversation:
    return [{"role": role, "content": text} for role, text in turns]


def _listed(turns: Conversation, listed: bool) -> Conversation:
    """Content as a list of parts, which templates of multimodal models may insist on."""
    if not listed:
        return turns
    return [{**turn, "content": [{"type": "text", "text": turn["content"]}]} for turn in turns]


def _says(one: Rendered, text: str) -> bool:
    return one.text is not None and text in one.text


def _why(problem: str | None, results: Sequence[Rendered]) -> str:
    if problem is not None:
        return problem
    error = next((one.error for one in results if one.error), None)
    return error or "renders a conversation without what the user said"


def _switch(shown: Mapping[str, Rendered]) -> str | None:
    """The first variable of which two values render differently."""
    for name in shown:
        if name.endswith("/0"):
            on, off = shown[name], shown[name[:-1] + "1"]
            if on.text is not None and off.text is not None and on.text != off.text:
                return name.split("/")[0]
    return None


def _count(one: Rendered, token: str | None) -> int:
    return (one.text or "").count(token) if token else 0


def _after(one: Rendered, text: str) -> str | None:
    return one.text.rpartition(text)[2].strip() or None if _says(one, text) and one.text else None


def _hidden(base: str, tokens: Mapping[str, str]) -> str | None:
    """A stretch of at least three words that is neither the user's nor a role nor a token."""
    before = base.partition(USER)[0]
    for token in sorted(tokens.values(), key=len, reverse=True):
        before = before.replace(token, "\n") if token else before
    for stretch in re.split(r"<[^<>\n]{1,60}>|\[[^\[\]\n]{1,60}\]", before):
        words = [word for word in WORDS.findall(stretch) if word.lower() not in ROLES]
        if len(words) >= FEWEST_WORDS:
            said = stretch.split()
            text = " ".join(said[1:] if said[0].lower() in ROLES else said)
            return "".join(letter if letter.isprintable() else "?" for letter in text)
    return None


@once
def _stamp() -> str:
    return cache.code_stamp(Path(__file__).parent)
