"""Whose code runs the model, and what the config's class makes of the config."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from archinspect.records import ABSENT, Config, Evidence, Fact, Reading, Snapshot, pointer
from archinspect.rules._rule import Alarm, rule

BOOKKEEPING = frozenset(
    {
        "transformers_version", "torch_dtype", "dtype", "architectures", "_name_or_path", "id2label",
        "label2id",
        "use_cache", "model_type", "auto_map", "quantization_config", "_attn_implementation_autoset",
    }
)  # fmt: skip
"""Keys that every class rewrites and that say nothing about the architecture."""
REPORTED_ELSEWHERE = ("sliding_window",)
"""By window-without-effect, which says what follows from it."""


@rule("auto-map-missing-file", "error")
def auto_map_missing_file(config: Config, snapshot: Snapshot, modelling_code: Fact) -> Iterator[Alarm]:
    """Loading with the repository's own code fails: config.json names a module that is not there."""
    auto_map = config.raw.get("auto_map")
    severity = None if modelling_code.value == "repository" else "note"
    for key, value in auto_map.items() if isinstance(auto_map, dict) else ():
        where = (Evidence("stated", f"config.json#/auto_map{pointer(key)}", value),)
        for reference in value if isinstance(value, list) else [value]:
            if not isinstance(reference, str) or "--" in reference:
                continue  # null, or code of another repository
            module, dot, _ = reference.rpartition(".")
            if not dot or "/" in reference:
                message = f"auto_map.{key} is {reference!r:.80}, which is no module and class"
                yield Alarm(message, where, "note")
            elif snapshot.has(f"{module}.py") is False:
                message = f"auto_map.{key} names {module}.py, which the repository lacks"
                yield Alarm(message, where, "note" if severity else "error")


@rule("needs-remote-code", "warning")
def needs_remote_code(modelling_code: Fact) -> Iterator[Alarm]:
    """The model runs only with trust_remote_code=True, which executes the repository's Python files."""
    if modelling_code.value == "repository":
        message = "transformers has no such class; the repository brings its own code"
        yield Alarm(message, modelling_code.evidence)


@rule("unknown-architecture-class", "warning")
def unknown_architecture_class(
    architectures: Fact, known_architectures: Collection[str], modelling_code: Fact
) -> Iterator[Alarm]:
    """Software that picks the class by `architectures` finds none of that name in transformers."""
    names = [name for name in architectures.value if isinstance(name, str)]
    unknown = [name for name in names if name not in known_architectures]
    if unknown and modelling_code.value == "transformers":
        message = (
            f"architectures names {', '.join(map(repr, unknown)):.160}, which transformers does not have"
        )
        yield Alarm(message, architectures.evidence)


@rule("class-rejects-config", "error")
def class_rejects_config(config: Config) -> Iterator[Alarm]:
    """from_pretrained fails before any weight is loaded: the config class refuses the values."""
    view = config.class_view
    if view is not None and view.error is not None and view.refused:
        where = Evidence("default", f"{view.source}:{view.class_name or 'AutoConfig'}", view.error)
        yield Alarm(f"{view.source} refuses config.json: {' '.join(view.error.split()):.300}", (where,))


@rule("model-not-built", "warning")
def model_not_built(config: Config, source_problem: str) -> Iterator[Alarm]:
    """What only the modelling source settles stays unknown: its class refuses the config, or is not read."""
    view = config.class_view
    if view is not None and not view.refused:
        config_class = view.root_class_name or view.class_name or "AutoConfig"
        where = Evidence("default", f"{view.source}:{config_class}", source_problem)
        yield Alarm(f"nothing was built: {' '.join(source_problem.split()):.300}", (where,))


@rule("class-rewrites-value", "note")
def class_rewrites_value(config: Config) -> Iterator[Alarm]:
    """What runs is not what config.json says: the config class replaces the value."""
    for key in config.text.written:
        if key in BOOKKEEPING or (key in REPORTED_ELSEWHERE and config.value(key) is None):
            continue
        for answer in config.text.answers(key):
            if not isinstance(answer, Reading) or answer.evidence[0].basis != "resolved":
                break
            found = answer.evidence[0].raw
            if (
                found is not ABSENT
                and isinstance(found, dict)
                and not isinstance(found["before"], (dict, list))
            ):
                message = (
                    f"{key} is {found['before']!r:.60} in config.json and {found['after']!r:.60} once loaded"
                )
                yield Alarm(message, answer.evidence)
            break
