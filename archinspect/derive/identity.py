"""Identity: what the files call the model, and what the Hub records about the repository."""

from __future__ import annotations

from collections.abc import Iterator

from archinspect.derive._config_only import TRANSFORMERS
from archinspect.derive._engine import fact
from archinspect.records import Answer, Config, Evidence, Reading, Testimony, Unknown


@fact
def model_type(config: Config) -> Iterator[Answer]:
    """The model type config.json names, which chooses the classes."""
    yield from _root(config, "model_type", str)


@fact
def architectures(config: Config) -> Iterator[Answer]:
    """The model classes the checkpoint was saved from."""
    yield from _root(config, "architectures", list)


@fact
def modelling_code(config: Config, code: Testimony) -> Iterator[Answer]:
    """Whose code runs the model: `transformers`, the `repository`'s own, or `none` that is known."""
    view = config.class_view
    if "modelling_code" in code.answers:
        yield from code.says("modelling_code")
    elif view and view.class_name:
        whose = "transformers" if view.source.startswith(TRANSFORMERS) else "repository"
        yield Reading(whose, (Evidence("default", f"{view.source}:{view.class_name}"),))
    elif isinstance(config.raw.get("auto_map"), dict):
        yield Reading("repository", (config.root.stated("auto_map"),))
    elif view is None:
        yield Unknown("transformers was not asked whether it has a class for this model type")
    else:
        yield Reading("none", (config.root.stated("model_type"),))


@fact
def license(hub: Testimony) -> Iterator[Answer]:
    """The licence as the repository's card states it, a Hub licence id."""
    yield from hub.says("license")
    yield _only_the_hub()


@fact
def access(hub: Testimony) -> Iterator[Answer]:
    """`open`, or gated: `auto` (agreeing is enough) or `manual` (a person decides)."""
    yield from hub.says("access")
    yield _only_the_hub()


@fact
def created_at(hub: Testimony) -> Iterator[Answer]:
    """When the repository was created on the Hub, ISO 8601 in UTC."""
    yield from hub.says("created_at")
    yield _only_the_hub()


@fact
def base_model(hub: Testimony) -> Iterator[Answer]:
    """The models the card names as bases: a list of {repo, relation}."""
    yield from hub.says("base_model")
    yield _only_the_hub()


@fact
def library_name(hub: Testimony) -> Iterator[Answer]:
    """The library the Hub says the repository is for."""
    yield from hub.says("library_name")
    yield _only_the_hub()


def _root(config: Config, key: str, wanted: type) -> Iterator[Answer]:
    value = config.raw.get(key)
    if key not in config.raw or value is None:
        yield Unknown(f"config.json has no {key}", (config.root.stated(key),))
    elif not isinstance(value, wanted):
        yield Unknown(f"config.json#/{key} is {value!r:.80}, expected a {wanted.__name__}")
    else:
        yield Reading(value, (config.root.stated(key),))


def _only_the_hub() -> Unknown:
    return Unknown("only the Hub's model info says; run without --bundled or --offline")
