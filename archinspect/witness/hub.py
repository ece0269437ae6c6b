"""What the Hub's model info says about a repository: licence, access, dates, bases, stored elements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archinspect.records import Answer, Evidence, Json, Reading, Snapshot, Testimony, Unknown

ACCESS: Mapping[Json, str] = {False: "open", "auto": "auto", "manual": "manual"}
RELATIONS = ("finetune", "adapter", "merge", "quantized")


def testify(snapshot: Snapshot) -> Testimony:
    """Answers from the model info as received; nothing when the Hub was not asked."""
    info = snapshot.hub
    if info is None:
        return Testimony()
    answers = [*_card(info), *_access(info), *_plain(info), *_bases(info), *_stored(info)]
    return Testimony(dict(answers))


def _card(info: Mapping[str, Json]) -> Iterator[tuple[str, Answer]]:
    card = info.get("cardData")
    licence = card.get("license") if isinstance(card, Mapping) else None
    if isinstance(licence, str):
        yield "license", _said(licence, "cardData.license", licence)
        return
    tags = [tag for tag in _list(info.get("tags")) if tag.startswith("license:")]
    if tags:
        yield "license", _said(tags[0].removeprefix("license:"), "tags", tags[0])
    else:
        yield "license", Unknown("the repository's card states no licence")


def _access(info: Mapping[str, Json]) -> Iterator[tuple[str, Answer]]:
    gated = info.get("gated")
    if isinstance(gated, (bool, str)) and gated in ACCESS:
        yield "access", _said(ACCESS[gated], "gated", gated)
    elif "gated" in info:
        yield (
            "access",
            Unknown(f"the Hub says gated: {gated!r:.80}, which is none of {', '.join(ACCESS.values())}"),
        )


def _plain(info: Mapping[str, Json]) -> Iterator[tuple[str, Answer]]:
    for name, key in (("created_at", "createdAt"), ("library_name", "library_name")):
        if isinstance(info.get(key), str):
            yield name, _said(info[key], key, info[key])
        elif name == "library_name":
            yield name, Unknown("the Hub names no library for the repository")


def _bases(info: Mapping[str, Json]) -> Iterator[tuple[str, Answer]]:
    card = info.get("cardData")
    named = card.get("base_model") if isinstance(card, Mapping) else None
    repos = [named] if isinstance(named, str) else _list(named)
    relations = {
        tag.split(":", 2)[2]: tag.split(":", 2)[1]
        for tag in _list(info.get("tags"))
        if tag.startswith("base_model:") and tag.count(":") == 2 and tag.split(":", 2)[1] in RELATIONS
    }
    said = card.get("base_model_relation") if isinstance(card, Mapping) else None
    relation = said if isinstance(said, str) else None
    bases = [{"repo": repo, "relation": relation or relations.get(repo)} for repo in repos]
    yield "base_model", _said(bases, "cardData.base_model", named)


def _stored(info: Mapping[str, Json]) -> Iterator[tuple[str, Answer]]:
    block = info.get("safetensors")
    counts = block.get("parameters") if isinstance(block, Mapping) else None
    if not isinstance(counts, Mapping) or not counts:
        return
    if not all(isinstance(count, int) and count >= 0 for count in counts.values()):
        return
    total = sum(counts.values())
    yield "checkpoint_parameters", _said(total, "safetensors.parameters", dict(counts))
    if total:
        shares = {dtype: count / total for dtype, count in sorted(counts.items())}
        yield "dtype", _said(shares, "safetensors.parameters", dict(counts))


def _said(value: Json, key: str, raw: Json) -> Reading:
    return Reading(value, (Evidence("hub", f"hub:{key}", raw),))


def _list(value: Json) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
