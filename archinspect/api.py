"""The Python API: the command line's power as functions that return records.

    >>> import archinspect
    >>> report = archinspect.inspect("phi-4-mini", bundled=True)
    >>> report.facts["num_key_value_heads"].value
    8

Each call looks at models anew (published files are cached by commit, what was learnt by content).
Trouble with a model is its outcome, not an exception; UsageError and RegistryError are raised.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archinspect import catalogue as _catalogue
from archinspect import names as _names
from archinspect import pipeline as _pipeline
from archinspect.records import Audit, BuiltModel, Diff, Lineage, ModelReport
from archinspect.sources.options import DEFAULT_TIMEOUT_SECONDS, FetchOptions

if TYPE_CHECKING:
    import pandas


def inspect(
    model: str | Path,
    *,
    bundled: bool = False,
    offline: bool = False,
    registry: Path | None = None,
    timeout: float = DEFAULT_TIMEOUT_SECONDS,
    transformers: Path | None = None,
) -> ModelReport:
    """What one model is.

    `model` is a registry name or alias, `org/name[@revision]`, or a folder with a config.json.
    `bundled` reads the snapshot shipped with archinspect, `offline` the Hub cache alone; `timeout` is
    in seconds. Raises UsageError for a name that means nothing, RegistryError for a bad registry.
    """
    known = _catalogue.load_registry(registry)
    options = _options(bundled, offline, timeout, transformers)
    return _pipeline.read_models([_names.resolve(str(model), known)], options)[0]


def audit(
    models: Sequence[str] = (),
    *,
    bundled: bool = False,
    offline: bool = False,
    registry: Path | None = None,
    timeout: float = DEFAULT_TIMEOUT_SECONDS,
    transformers: Path | None = None,
    roles: Sequence[str] = (),
    lineages: Sequence[str] = (),
    fail_on: Sequence[str] = ("contradicted",),
    ignore: Sequence[str] = (),
) -> Audit:
    """Judge the claims about these models, or about the whole registry.

    `exit_code` of the result is what the command line would exit with. Raises as `inspect`.
    """
    known = _catalogue.load_registry(registry)
    chosen = _names.select(known, models, roles, lineages)
    options = _options(bundled, offline, timeout, transformers, fail_on=tuple(fail_on), ignore=tuple(ignore))
    return _pipeline.audit(known, chosen, options)


def diff(
    left: str | Path,
    right: str | Path,
    *,
    bundled: bool = False,
    offline: bool = False,
    registry: Path | None = None,
    timeout: float = DEFAULT_TIMEOUT_SECONDS,
    transformers: Path | None = None,
) -> Diff:
    """In which facts two models differ; what is unknown on a side is apart. Raises as `inspect`."""
    known = _catalogue.load_registry(registry)
    first, second = _names.resolve(str(left), known), _names.resolve(str(right), known)
    return _pipeline.compare(first, second, _options(bundled, offline, timeout, transformers))


def lineage(
    model: str | Path,
    *,
    bundled: bool = False,
    offline: bool = False,
    registry: Path | None = None,
    timeout: float = DEFAULT_TIMEOUT_SECONDS,
    transformers: Path | None = None,
) -> Lineage:
    """Which registered lineage a model extends, what is new in it, what its parent knew. Raises as `inspect`.

    `complete` of the result is False when the model, or one that might be its relative, was not read.
    """
    known = _catalogue.load_registry(registry)
    options = _options(bundled, offline, timeout, transformers)
    return _pipeline.place_in_lineage(known, _names.resolve(str(model), known), options)


def build(
    model: str | Path,
    *,
    bundled: bool = False,
    offline: bool = False,
    registry: Path | None = None,
    timeout: float = DEFAULT_TIMEOUT_SECONDS,
    transformers: Path | None = None,
) -> BuiltModel:
    """The modules and tensors that the modelling source builds from one model's config.

    `root` of the result is None, and `problem` says why, when there is nothing to show. Raises as `inspect`.
    """
    known = _catalogue.load_registry(registry)
    options = _options(bundled, offline, timeout, transformers)
    return _pipeline.build(_names.resolve(str(model), known), options)


def table(
    models: Sequence[str] = (),
    *,
    facts: Sequence[str] = (),
    bundled: bool = False,
    offline: bool = False,
    registry: Path | None = None,
    timeout: float = DEFAULT_TIMEOUT_SECONDS,
    transformers: Path | None = None,
) -> pandas.DataFrame:
    """Specimens x facts: a row per model that was read, a column per fact, in object dtype.

    An unknown fact is `pandas.NA`; a known "there is none" is None. Raises as `inspect`.
    """
    import pandas

    known = _catalogue.load_registry(registry)
    chosen = _names.select(known, models)
    columns = tuple(facts) or tuple(_catalogue.families())
    found = _pipeline.tabulate(chosen, _options(bundled, offline, timeout, transformers), columns)
    rows = {
        report.snapshot.target.model: [
            report.facts[name].value if report.facts[name].known else pandas.NA for name in columns
        ]
        for report in found.models
        if report.facts
    }
    return pandas.DataFrame.from_dict(rows, orient="index", columns=list(columns), dtype=object)


def _options(
    bundled: bool, offline: bool, timeout: float, transformers: Path | None, **more: Any
) -> _pipeline.Options:
    return _pipeline.Options(
        where="bundled" if bundled else "offline" if offline else "hub",
        fetch=FetchOptions(timeout=timeout),
        transformers=transformers,
        **more,
    )
