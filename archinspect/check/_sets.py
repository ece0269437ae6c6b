"""What the selectors over several models share: which models, and one judgement out of many."""

from __future__ import annotations

from collections.abc import Mapping

from archinspect.check._judgement import Judgement
from archinspect.records import Claim, Evidence, Json, Reason, Registry
from archinspect.records.vocabulary import FieldSpec

SCOPES = ("current", "lineage", "all")
SCOPE_FIELDS = (
    FieldSpec(
        "scope", "string", "current models, one lineage, or all but proxies", choices=SCOPES, required=True
    ),
    FieldSpec("lineage", "lineage", "which lineage, for scope = lineage"),
    FieldSpec("except", "models", "models the document leaves out"),
)
SCOPE_NEEDS = (("scope", "lineage", "lineage"),)
MOST_EVIDENCE = 12


def in_scope(claim: Claim, registry: Registry) -> tuple[str, ...]:
    """The models a scope names, in registry order. Stand-ins are not members of any."""
    scope, lineage = claim.select.get("scope", "lineage"), claim.select.get("lineage")
    left_out = claim.select.get("except", ())
    return tuple(
        name
        for name, entry in registry.models.items()
        if entry.role != "proxy"
        and name not in left_out
        and (scope != "current" or entry.role == "current")
        and (scope != "lineage" or entry.lineage == lineage)
        and (lineage is None or entry.lineage == lineage)
    )


def generation_key(generation: str) -> tuple[int, ...]:
    """A generation's place in its lineage: "2.5" comes after "2" and before "3"."""
    return tuple(map(int, generation.split(".")))


def together(word: str, judged: Mapping[str, Judgement], deciding: Mapping[str, Judgement]) -> Judgement:
    """One judgement out of one per model; `deciding` are those whose evidence settles it."""
    evidence: tuple[Evidence, ...] = tuple(
        item for judgement in deciding.values() for item in judgement.evidence[:1]
    )
    counts = {
        "holds": sum(item.word == "holds" for item in judged.values()),
        "breaks": sum(item.word == "breaks" for item in judged.values()),
        "cannot_tell": sum(item.word == "cannot_tell" for item in judged.values()),
    }
    return Judgement(
        word,  # type: ignore[arg-type]
        counts,
        _reason(judged) if word == "cannot_tell" else None,
        evidence[:MOST_EVIDENCE],
        any(item.unverified for item in deciding.values()),
        _shared_notes(deciding),
    )


def _shared_notes(deciding: Mapping[str, Judgement]) -> tuple[str, ...]:
    """What the judgements rest on, each thing once with the models it is true of."""
    models: dict[str, list[str]] = {}
    for name, item in deciding.items():
        for note in item.notes:
            head = note.partition(":")[0]
            if head.startswith(("rests on", "judged on", "read from")) and name not in models.setdefault(
                head, []
            ):
                models[head].append(name)
    return tuple(f"{head}: {', '.join(names)}" for head, names in models.items())


def counterexamples(judged: Mapping[str, Judgement], word: str = "breaks") -> tuple[dict[str, Json], ...]:
    """The models that speak against the claim, each with what was observed and where."""
    return tuple(
        {"model": name, "observed": item.observed, "evidence": item.evidence}
        for name, item in judged.items()
        if item.word == word
    )


def _reason(judged: Mapping[str, Judgement]) -> Reason:
    """The gravest reason, since one that could not be fetched must show in the exit code."""
    reasons = [item.reason for item in judged.values() if item.word == "cannot_tell" and item.reason]
    if not reasons:
        return Reason("fact_unknown", "the scope has no model that could be judged")
    grave = next((reason for reason in reasons if reason.code == "not_fetched"), reasons[0])
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return Reason(grave.code, grave.detail + more)
