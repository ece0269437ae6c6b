"""The data path: registry -> fetch -> witnesses -> facts -> findings -> verdicts.

The only module that knows every stage. Each function turns records into records; nothing prints.
Stages are imported by the functions that call them, so that a command pays only for those it uses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from archinspect import catalogue, names
from archinspect.errors import MalformedFileError, UsageError
from archinspect.names import Named
from archinspect.records import (
    Audit,
    BuiltModel,
    Diff,
    Failure,
    Lineage,
    ModelReport,
    Registry,
    Snapshot,
    Table,
    Target,
    TensorList,
    Verdict,
)
from archinspect.sources.options import FetchOptions

if TYPE_CHECKING:
    from archinspect.modelling import Source
    from archinspect.sources.options import FetchReport, Progress

CONFIG = "config.json"
MAIN_FACTS = (
    "parameters",
    "num_hidden_layers",
    "hidden_size",
    "intermediate_size",
    "attention_type",
    "num_attention_heads",
    "num_key_value_heads",
    "head_dim",
    "ffn_type",
    "norm_type",
    "position_scheme",
    "rope_theta",
    "max_position_embeddings",
    "vocab_size",
    "tie_word_embeddings",
)


class Options(Struct, frozen=True):
    """How a run looks at models."""

    where: Literal["hub", "offline", "bundled"] = "hub"
    """The Hub, the Hub cache alone, or the snapshot shipped with archinspect."""
    fetch: FetchOptions = field(default_factory=FetchOptions)
    transformers: Path | None = None
    """Read this transformers (folder or wheel) instead of the installed one."""
    today: date = field(default_factory=date.today)
    ignore: tuple[str, ...] = ()
    """Rules whose findings are left out."""
    fail_on: tuple[str, ...] = ("contradicted",)
    progress: Progress | None = None
    fetched: Callable[[FetchReport], None] | None = None
    """Told what the network was asked, once it was."""


def read_models(chosen: Sequence[Named], options: Options) -> tuple[ModelReport, ...]:
    """Fetch, derive and hold the files against each other, in the order asked for."""
    return reports_on(look_at(chosen, options), options)


def reports_on(snapshots: Sequence[Snapshot], options: Options) -> tuple[ModelReport, ...]:
    """Facts and findings of snapshots that were already fetched."""
    from archinspect.modelling import Source, read_sources

    readable = [snapshot for snapshot in snapshots if CONFIG in snapshot.files]
    sources = read_sources(readable, options.transformers)
    by_target = dict(zip((snapshot.target for snapshot in readable), sources, strict=True))
    return tuple(
        report_on(snapshot, by_target.get(snapshot.target, Source()), options) for snapshot in snapshots
    )


def look_at(chosen: Sequence[Named], options: Options) -> tuple[Snapshot, ...]:
    """One snapshot per model: folders from disk, the others from where the options say."""
    folders = [named.target for named in chosen if named.kind == "local"]
    others = [named.target for named in chosen if named.kind == "hub"]
    read = _from_disk(folders) if folders else {}
    if others:
        read |= _from_snapshot(others) if options.where == "bundled" else _from_hub(others, options)
    return tuple(read[named.target] for named in chosen)


def report_on(snapshot: Snapshot, source: Source, options: Options) -> ModelReport:
    """Facts and findings of one snapshot; a config that cannot be read is the model's outcome."""
    from archinspect import rules
    from archinspect.derive import derive
    from archinspect.witness import witnesses_of
    from archinspect.witness.architectures import known_architectures

    if CONFIG not in snapshot.files:
        return ModelReport(snapshot, {})
    try:
        witnesses = witnesses_of(snapshot, source.view, source.testimony)
    except MalformedFileError as error:
        failure = Failure("malformed", f"{snapshot.target.model}: {error}", error.hint)
        return ModelReport(replace(snapshot, outcome="malformed", error=failure), {})
    facts = derive(witnesses)
    inputs = {
        **witnesses,
        **facts,
        "snapshot": snapshot,
        "blueprint": source.blueprint,
        "own_blueprint": source.own,
        "source_problem": source.problem,
        "known_architectures": known_architectures(options.transformers),
    }
    return ModelReport(snapshot, facts, rules.run(inputs, options.ignore))


def audit(known: Registry, chosen: Sequence[Named], options: Options) -> Audit:
    """Judge every claim about the chosen models, and about the sets that lie among them."""
    from archinspect import check

    asked = [named.target.model for named in chosen]
    reports = read_models(_with_stand_ins(known, chosen), options)
    by_name: Mapping[str, ModelReport] = {report.snapshot.target.model: report for report in reports}
    verdicts = check.judge(known, by_name, asked, options.today)
    return _concluded(reports, verdicts, options)


def audit_claim(known: Registry, claim_id: str, options: Options) -> Audit:
    """Judge one claim. Raises UsageError when the registry has no such claim."""
    from archinspect import check

    claims = {claim.id: claim for claim in known.all_claims()}
    if claim_id not in claims:
        raise UsageError(f"the registry has no claim {claim_id!r}", names.suggestion(claim_id, list(claims)))
    claim = claims[claim_id]
    members = [claim.subject] if claim.subject else check.members(claim, known)
    result = audit(known, [names.resolve(name, known) for name in members], options)
    verdicts = tuple(verdict for verdict in result.verdicts if verdict.claim.id == claim_id)
    return _concluded(result.models, verdicts, options)


def compare(left: Named, right: Named, options: Options) -> Diff:
    """What distinguishes two models."""
    from archinspect import differences

    first, second = read_models([left, right], options)
    return differences.compare(first, second, catalogue.families())


def place_in_lineage(known: Registry, chosen: Named, options: Options) -> Lineage:
    """Which lineage of the registry a model extends, and what its parent already knew."""
    from archinspect.ancestry import lineage_of

    others = [names.resolve(name, known) for name in known.models]
    others = [named for named in others if named.target != chosen.target and named.entry != chosen.entry]
    model, *reports = read_models([chosen, *others], options)
    by_name = {report.snapshot.target.model: report for report in reports}
    return lineage_of(model, chosen.entry, known, by_name, catalogue.families())


def tabulate(chosen: Sequence[Named], options: Options, columns: Sequence[str] = ()) -> Table:
    """Models beside each other; the main facts unless columns are named."""
    return Table(read_models(chosen, options), tuple(columns) or MAIN_FACTS)


def _concluded(reports: tuple[ModelReport, ...], verdicts: tuple[Verdict, ...], options: Options) -> Audit:
    from archinspect import check, exits, versions

    summary = check.summarise(verdicts, reports)
    code = exits.exit_code(summary.exit_code, verdicts, reports, options.fail_on)
    return Audit(reports, verdicts, code, summary.complete, versions.all_versions())


def build(chosen: Named, options: Options) -> BuiltModel:
    """What the modelling source builds from one model's config."""
    from archinspect.blueprint.fold import built_model
    from archinspect.modelling import read_sources
    from archinspect.witness.json_files import parse_object

    (snapshot,) = look_at([chosen], options)
    if CONFIG not in snapshot.files:
        return BuiltModel(snapshot)
    try:
        written = parse_object(snapshot.files[CONFIG]).data
    except MalformedFileError as error:
        return BuiltModel(snapshot, str(error))
    (source,) = read_sources([snapshot], options.transformers)
    if source.blueprint is None:
        return BuiltModel(snapshot, source.problem or "there is no source to read")
    return built_model(source.blueprint, snapshot, written)


def list_tensors(chosen: Named, options: Options) -> TensorList:
    """The tensors that the modelling source builds from one model's config."""
    from archinspect.modelling import read_tensors

    (snapshot,) = look_at([chosen], options)
    model = snapshot.target.model
    if CONFIG not in snapshot.files:
        error = snapshot.error
        return TensorList(model, error.message if error else "config.json could not be read")
    return read_tensors(snapshot, options.transformers)


def _from_disk(targets: Sequence[Target]) -> dict[Target, Snapshot]:
    from archinspect.sources import local

    return {target: local.read(target) for target in targets}


def _from_snapshot(targets: Sequence[Target]) -> dict[Target, Snapshot]:
    from archinspect.sources import bundled

    return {target: bundled.read(target) for target in targets}


def _from_hub(targets: Sequence[Target], options: Options) -> dict[Target, Snapshot]:
    from archinspect.sources import hub

    offline = options.where == "offline"
    wanted = replace(options.fetch, offline=offline, want_headers=True, want_code=True)
    report = hub.fetch(targets, wanted, options.progress)
    if options.fetched:
        options.fetched(report)
    return dict(zip(targets, report.snapshots, strict=True))


def _with_stand_ins(known: Registry, chosen: Iterable[Named]) -> list[Named]:
    """The chosen models, and those that a claim about them is judged on."""
    from archinspect import check

    wanted = {named.target.model: named for named in chosen}
    for name in check.needs(known, list(wanted)):
        wanted.setdefault(name, names.resolve(name, known))
    return list(wanted.values())
