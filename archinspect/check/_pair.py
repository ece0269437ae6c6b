"""What `changed` and `unchanged` share: a child, what it is compared with, and facts side by side."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from archinspect.check._judgement import Judgement, unsettled
from archinspect.check._look import Sight, deciding_files, look, why_not
from archinspect.check._world import Ask
from archinspect.records import Claim, Evidence, Json, Reason, Registry, same
from archinspect.records.vocabulary import FieldSpec

PAIR_FIELDS = (
    FieldSpec("model", "model", "the child, for a claim outside a model's entry"),
    FieldSpec("versus", "model", "what it is compared with; its parent when absent"),
    FieldSpec("facts", "facts", "the facts compared"),
)
NOT_ARCHITECTURE = frozenset(
    {
        "model_type",
        "architectures",
        "modelling_code",
        "license",
        "access",
        "created_at",
        "base_model",
        "library_name",
        "parameters",
        "active_parameters",
        "checkpoint_parameters",
        "dtype",
        "kv_cache_bytes",
        "lm_head_stored",
        "tokenizer_size",
        "vocab_padding",
        "embedding_rows",
        "bos_token",
        "eos_token",
        "pad_token",
        "eos_token_ids",
        "chat_template",
    }
)
"""What an exhaustive comparison leaves out: identity, and sizes that only follow from other facts."""


class Pair(Struct, frozen=True):
    """A fact of two models."""

    fact: str
    before: Sight | Reason
    after: Sight | Reason

    @property
    def known(self) -> bool:
        return isinstance(self.before, Sight) and isinstance(self.after, Sight)

    @property
    def differs(self) -> bool:
        """Whether both are known and their values are not the same."""
        return self.known and not same(_value(self.before), _value(self.after))

    def shown(self) -> dict[str, Json]:
        return {"before": _value(self.before), "after": _value(self.after)}


def parent_and_child(claim: Claim, registry: Registry) -> tuple[str, ...]:
    """The two models: what is compared with, then the child; empty when there is no such pair."""
    child = claim.select.get("model", claim.subject)
    if child not in registry.models:
        return ()
    parent = claim.select.get("versus", registry.models[child].parent)
    return (parent, child) if parent is not None else ()


def pairs(ask: Ask, facts: Iterable[str]) -> list[Pair] | Judgement:
    """The facts of both models, or why one of them cannot be looked at."""
    if len(ask.members) != 2:
        return unsettled("fact_unknown", "the model has no parent to be compared with; give `versus`")
    reports = ask.world.reports
    for name in ask.members:
        if reason := why_not(reports.get(name), name):
            return unsettled(reason.code, reason.detail)
    before, after = ask.members
    return [
        Pair(fact, look(reports[before], fact, before), look(reports[after], fact, after)) for fact in facts
    ]


def architecture_facts(ask: Ask) -> list[str]:
    """Every fact of the child that says how it is built."""
    report = ask.world.reports.get(ask.members[-1]) if ask.members else None
    return [name for name in report.facts if name not in NOT_ARCHITECTURE] if report else []


def settled(ask: Ask, word: str, deciding: list[Pair], notes: tuple[str, ...] = ()) -> Judgement:
    """A judgement that rests on these pairs."""
    by_model = {
        name: tuple(item for pair in deciding for item in _evidence(getattr(pair, side)))
        for name, side in zip(ask.members, ("before", "after"), strict=True)
    }
    unverified = any(
        (file := ask.world.reports[name].snapshot.files.get(path)) is not None and file.check == "unverified"
        for name, evidence in by_model.items()
        for path in deciding_files(evidence)
    )
    observed = {pair.fact: pair.shown() for pair in deciding}
    evidence = tuple(item for items in by_model.values() for item in items)
    return Judgement(word, observed, None, evidence, unverified, notes)  # type: ignore[arg-type]


def first_unknown(items: list[Pair]) -> Judgement | None:
    """Why a pair cannot be compared, for the first one that cannot."""
    for pair in items:
        for side in (pair.before, pair.after):
            if isinstance(side, Reason):
                return unsettled(side.code, f"{pair.fact}: {side.detail}")
    return None


def _value(side: Sight | Reason) -> Json:
    return side.value if isinstance(side, Sight) else None


def _evidence(side: Sight | Reason) -> tuple[Evidence, ...]:
    return side.evidence[:1] if isinstance(side, Sight) else ()
