"""The tables of a registry -> Registry; every mistake at once."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from archinspect.records import Claim, Json, ModelEntry, Registry
from archinspect.records.vocabulary import Vocabulary
from archinspect.registry._claims import ClaimReader
from archinspect.registry._fields import Names
from archinspect.registry._graph import check_graph
from archinspect.registry._lines import KeyPath
from archinspect.registry._models import read_model, read_source
from archinspect.registry._problems import Problems, table_at, tables_at
from archinspect.registry._read import Document

SECTIONS = ("sources", "models", "claims")


def registry_of(document: Document, vocabulary: Vocabulary) -> Registry:
    """Check a registry's tables. Raises RegistryError with every mistake in them."""
    problems = Problems(document)
    for key in document.data:
        if key not in SECTIONS:
            problems.unknown_key((key,), SECTIONS)
    source_tables = _tables(document.data, "sources", problems)
    model_tables = _tables(document.data, "models", problems)
    names = _names(model_tables, vocabulary)
    sources = {key: read_source(key, table, names, problems) for key, table in source_tables.items()}
    models = {key: read_model(key, table, names, problems) for key, table in model_tables.items()}
    reader = ClaimReader(sources, names, problems)
    own = {name: _claims(model_tables[name], ("models", name), name, reader, problems) for name in models}
    shared = _claims(document.data, (), None, reader, problems)
    reader.check_references([*[pair for pairs in own.values() for pair in pairs], *shared])
    check_graph(models, problems)
    problems.raise_any()
    return Registry(
        file=document.file,
        sources=sources,
        models={name: _with_claims(entry, own[name]) for name, entry in models.items()},
        claims=tuple(claim for claim, _ in shared),
    )


def _tables(data: Mapping[str, Json], section: str, problems: Problems) -> dict[str, dict[str, Json]]:
    tables = table_at(data, (section,), problems)
    return {key: table_at(tables, (section, key), problems) for key in tables}


def _names(models: Mapping[str, Mapping[str, Json]], vocabulary: Vocabulary) -> Names:
    def values(key: str) -> frozenset[str]:
        return frozenset(model[key] for model in models.values() if isinstance(model.get(key), str))

    return Names(vocabulary, models.keys(), values("lineage"), values("generation"))


def _claims(
    data: Mapping[str, Json], above: KeyPath, subject: str | None, reader: ClaimReader, problems: Problems
) -> list[tuple[Claim, KeyPath]]:
    path = (*above, "claims")
    tables = tables_at(data, path, problems)
    paths = [(*path, number) for number in range(len(tables))]
    return [(reader.read(table, place, subject), place) for table, place in zip(tables, paths, strict=True)]


def _with_claims(entry: ModelEntry, claims: list[tuple[Claim, KeyPath]]) -> ModelEntry:
    return replace(entry, claims=tuple(claim for claim, _ in claims))
