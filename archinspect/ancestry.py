"""Facts, many Facts -> which lineage a model extends, and what its parent already knew.

What is said comes first (the registry's own parent, then the bases that the model's card names), then what
the files show: the same modelling class, and how many facts of the design are equal. A lineage is told from
one of these or not at all: resemblance of design alone is shown, and proves none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archinspect.differences import compare
from archinspect.records import (
    Inherited,
    Lineage,
    ModelEntry,
    ModelReport,
    Novelty,
    Registry,
    Relation,
    same,
)

DESIGN = ("attention", "feed_forward", "norm", "position", "size", "vocabulary")
"""Families that are compared to find a relative."""
OF_FILES = ("checkpoint_parameters", "dtype", "embedding_rows", "lm_head_stored")
"""Facts of these families that tell how weights are stored, not what the model is."""
DIMENSIONS = (
    "hidden_size",
    "num_hidden_layers",
    "intermediate_size",
    "num_attention_heads",
    "num_key_value_heads",
    "head_dim",
    "vocab_size",
)
NOT_INHERITED = ("identity", "cost")
"""Families whose facts are a model's own, or follow from others."""


def lineage_of(
    model: ModelReport,
    entry: ModelEntry | None,
    known: Registry,
    others: Mapping[str, ModelReport],
    families: Mapping[str, str],
) -> Lineage:
    """Place a model among registered ones.

    `entry` is its own, when it is registered; `others` are the reports of the other models of `known`, by
    name; `families` maps each fact to its family.
    """
    read = {name: report for name, report in others.items() if report.facts}
    unread = tuple(report for report in others.values() if not report.facts)
    if not model.facts:
        return Lineage(model, unknown="the model could not be looked at", unread=unread)
    entries = [known.models[name] for name in read]
    relations = [_relation(model, entry, other, read[other.name], families) for other in entries]
    relations.sort(key=lambda one: (one.stated is None, not one.same_class, -one.equal, one.different))
    name, reasons, unknown = _told(model, entry, relations)
    parent = _parent(entry, relations, name, known, read)
    if parent is None:
        return Lineage(model, name, reasons, unknown, tuple(relations), unread=unread)
    found = compare(parent, model, families)
    ancestors = list(_ancestors(known.models[parent.snapshot.target.model], known))
    ranked = {one.entry.name: read[one.entry.name] for one in relations}
    named = entry.parent if entry is not None and entry.parent not in read else None
    return Lineage(
        model,
        name,
        reasons,
        unknown,
        tuple(relations),
        parent,
        named,
        new=tuple(
            Novelty(one, tuple(_with_value(one.name, one.right.value, ranked, parent)))
            for one in found.differences
            if one.family not in NOT_INHERITED
        ),
        inherited=tuple(_inherited(model, found.same, families, ancestors, read)),
        incomparable=tuple(one for one in found.incomparable if one.family not in NOT_INHERITED),
        unread=unread,
    )


def _relation(
    model: ModelReport,
    entry: ModelEntry | None,
    other: ModelEntry,
    report: ModelReport,
    families: Mapping[str, str],
) -> Relation:
    found = compare(report, model, families)
    names = {name for name, family in families.items() if family in DESIGN and name not in OF_FILES}
    equal = names & set(found.same)
    return Relation(
        other,
        _stated(model, entry, other),
        same_class=bool(_classes(model)) and _classes(model) == _classes(report),
        same_dimensions=set(DIMENSIONS) <= equal,
        equal=len(equal),
        different=sum(one.name in names for one in found.differences),
    )


def _stated(model: ModelReport, entry: ModelEntry | None, other: ModelEntry) -> str | None:
    if entry is not None and entry.parent == other.name:
        return entry.relation or "parent"
    named = model.facts["base_model"].value if "base_model" in model.facts else None
    for base in named if isinstance(named, list | tuple) else ():
        if isinstance(base, Mapping) and str(base.get("repo")).lower() == other.repo.lower():
            return str(base.get("relation") or "base model")
    return None


def _classes(report: ModelReport) -> list[object]:
    fact = report.facts.get("architectures")
    return list(fact.value) if fact and isinstance(fact.value, list | tuple) else []


def _told(
    model: ModelReport, entry: ModelEntry | None, relations: Sequence[Relation]
) -> tuple[str | None, tuple[str, ...], str | None]:
    """The lineage, what speaks for it, and why there is none."""
    if entry is not None and entry.lineage is not None:
        return entry.lineage, ("the registry says so",), None
    for one in relations:
        if one.stated is not None and one.entry.lineage is not None:
            said = "the registry" if entry is not None and entry.parent == one.entry.name else "its card"
            return one.entry.lineage, (f"{said} names {one.entry.repo} ({one.stated})",), None
    if not relations:
        return None, (), "no other registered model could be read"
    classes = ", ".join(map(str, _classes(model))) or "no modelling class"
    alike = [one for one in relations if one.same_class and one.entry.lineage is not None]
    if not alike:
        return None, (), f"no registered model is a {classes}, and its card names none of them"
    nearest = [one for one in alike if (one.equal, one.different) == (alike[0].equal, alike[0].different)]
    lineages = dict.fromkeys(one.entry.lineage for one in nearest)
    if len(lineages) > 1:
        names = " and ".join(one.entry.name for one in nearest)
        return None, (), f"{names} are equally near, and of different lineages"
    return nearest[0].entry.lineage, tuple(_likeness(nearest[0], classes)), None


def _likeness(one: Relation, classes: str) -> Iterator[str]:
    yield f"{one.entry.name} is a {classes} too"
    yield f"{one.equal} of {one.equal + one.different} facts of the design are equal"
    if one.same_dimensions:
        yield "width, layers, heads and vocabulary are the same"


def _parent(
    entry: ModelEntry | None,
    relations: Sequence[Relation],
    lineage: str | None,
    known: Registry,
    read: Mapping[str, ModelReport],
) -> ModelReport | None:
    """The nearest that something names; else the nearest of the lineage; else the nearest at all. None that
    descends from the model itself.
    """
    able = [one for one in relations if entry is None or entry not in _ancestors(one.entry, known)]
    near = [one for one in able if one.stated is not None or one.entry.lineage == lineage]
    chosen = next(iter([*near, *able]), None)
    return read[chosen.entry.name] if chosen is not None else None


def _ancestors(entry: ModelEntry, known: Registry) -> Iterator[ModelEntry]:
    """The entry and its parents, upwards; the registry has no cycles."""
    at: ModelEntry | None = entry
    while at is not None:
        yield at
        at = known.models.get(at.parent) if at.parent else None


def _inherited(
    model: ModelReport,
    names: Sequence[str],
    families: Mapping[str, str],
    ancestors: Sequence[ModelEntry],
    read: Mapping[str, ModelReport],
) -> list[Inherited]:
    facts = [model.facts[name] for name in names if families.get(name) not in NOT_INHERITED]
    found = [Inherited(fact, _since(fact.name, fact.value, ancestors, read)) for fact in facts]
    age = {one.name: position for position, one in enumerate(ancestors)}
    return sorted(found, key=lambda one: -age[one.since])


def _since(name: str, value: object, ancestors: Sequence[ModelEntry], read: Mapping[str, ModelReport]) -> str:
    """The furthest ancestor up to which nobody is known to differ."""
    since = ancestors[0].name
    for one in ancestors[1:]:
        fact = read[one.name].facts.get(name) if one.name in read else None
        if fact is None or not fact.known:
            continue
        if not same(fact.value, value):
            break
        since = one.name
    return since


def _with_value(
    name: str, value: object, read: Mapping[str, ModelReport], parent: ModelReport
) -> Iterator[str]:
    for other, report in read.items():
        fact = report.facts.get(name)
        if report is not parent and fact is not None and fact.known and same(fact.value, value):
            yield other
