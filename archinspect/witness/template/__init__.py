"""The chat template: found where transformers looks for it, and understood by rendering it in a sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from archinspect.records import Answer, Evidence, Reading, Snapshot, Unknown
from archinspect.witness.template.find import TOOL_USE, Template, Templates, find_templates
from archinspect.witness.template.probe import Profile, probe

__all__ = ["Studied", "Template", "Templates", "study"]

PARTS = ("thinking_toggle", "tools", "system_role", "generation_prompt", "emits_bos")


@dataclass(frozen=True, slots=True)
class Studied:
    """A repository's chat templates and what the one that is used can do."""

    answer: Answer
    """About the fact `chat_template`."""
    templates: Templates = field(default_factory=Templates)
    profile: Profile | None = None
    """None when there is no template."""


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
    if profile.problem is not None:
        reason = f"{used.location} cannot be rendered: {profile.problem}"
        return Studied(Unknown(reason, (where,)), templates, profile)
    value = {"present": True, "location": used.location} | {part: getattr(profile, part) for part in PARTS}
    return Studied(Reading(value, (where,)), templates, profile)


def _absent(templates: Templates) -> Answer:
    if templates.problems:
        place, problem = next(iter(templates.problems.items()))
        return Unknown(f"{place}: {problem}")
    if templates.unread is not None:
        return Unknown(templates.unread)
    value = {"present": False, "location": None} | dict.fromkeys(PARTS, False)
    return Reading(value, (Evidence("tokenizer", "tokenizer_config.json"),))
