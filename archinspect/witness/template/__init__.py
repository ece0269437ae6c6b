"""The chat template: found where transformers looks for it, and understood by rendering it in a sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archinspect.records import Answer, Evidence, Reading, Snapshot, Unknown
from archinspect.records.tokenizer import Conflict, Studied, Templates
from archinspect.witness.template.find import TOOL_USE, find_templates
from archinspect.witness.template.probe import probe, renders_alike

__all__ = ["Studied", "Template", "Templates", "study"]

PARTS = ("thinking_toggle", "tools", "system_role", "generation_prompt", "emits_bos")


def study(snapshot: Snapshot, tokens: Mapping[str, str]) -> Studied:
    """Find and render the chat template; `tokens` are the special tokens by role that it is given.

    Never raises on account of what a template does.
    """
    templates = find_templates(snapshot)
    used = templates.used
    if used is None:
        return Studied(_absent(templates), templates)
    by_tools = templates.named(TOOL_USE)
    profile = probe(used.text, tokens, by_tools.text if by_tools else None)
    where = Evidence("tokenizer", used.location)
    doubles = tuple(_doubles(templates, tokens))
    if profile.problem is not None:
        reason = f"{used.location} cannot be rendered: {profile.problem}"
        return Studied(Unknown(reason, (where,)), templates, profile, doubles)
    value = {"present": True, "location": used.location} | {part: getattr(profile, part) for part in PARTS}
    return Studied(Reading(value, (where,)), templates, profile, doubles)


def _doubles(templates: Templates, tokens: Mapping[str, str]) -> Iterator[Conflict]:
    """Templates that share their name with one that comes before them."""
    for template in templates.all:
        used = templates.named(template.name)
        if used is not None and used is not template:
            same = used.text == template.text
            alike = same or renders_alike(used.text, template.text, tokens)
            yield Conflict(used, template, same, alike)


def _absent(templates: Templates) -> Answer:
    if templates.problems:
        place, problem = next(iter(templates.problems.items()))
        return Unknown(f"{place}: {problem}")
    if templates.unread is not None:
        return Unknown(templates.unread)
    value = {"present": False, "location": None} | dict.fromkeys(PARTS, False)
    return Reading(value, (Evidence("tokenizer", "tokenizer_config.json"),))
