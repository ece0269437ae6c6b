"""Auto classes and config machinery: which class a config or model type belongs to, by the tree's own
mapping tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from archinspect.blueprint.interp.namespace import Namespace
from archinspect.blueprint.interp.values import (
    MISSING,
    Builtin,
    ClassValue,
    ConfigObject,
    FunctionValue,
    Raised,
    Unknown,
)
from archinspect.hints import Any

Args = list[Any]
Kwargs = dict[str, Any]
AUTO = "transformers.models.auto"
TABLES = {
    "AutoModel": "MODEL_MAPPING_NAMES",
    "AutoModelForCausalLM": "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES",
    "AutoModelForImageTextToText": "MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES",
    "AutoModelForVision2Seq": "MODEL_FOR_VISION_2_SEQ_MAPPING_NAMES",
    "AutoModelForSeq2SeqLM": "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES",
    "AutoModelForMaskedLM": "MODEL_FOR_MASKED_LM_MAPPING_NAMES",
    "AutoModelForKeypointDetection": "MODEL_FOR_KEYPOINT_DETECTION_MAPPING_NAMES",
    "AutoModelForTextEncoding": "MODEL_FOR_TEXT_ENCODING_MAPPING_NAMES",
    "AutoModelForMultimodalLM": "MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES",
    "AutoBackbone": "MODEL_FOR_BACKBONE_MAPPING_NAMES",
}


def table(ev: Any, name: str) -> dict[str, Any]:
    """A mapping table of ``models/auto/modeling_auto.py``; empty when this version has none of that name."""
    space = ev.namespace(f"{AUTO}.modeling_auto")
    found = space.resolve(name) if space is not None else MISSING
    return found if isinstance(found, dict) else {}


def config_names(ev: Any) -> dict[str, Any]:
    """Config class names by model type."""
    space = ev.namespace(f"{AUTO}.configuration_auto")
    found = space.resolve("CONFIG_MAPPING_NAMES") if space is not None else MISSING
    return found if isinstance(found, dict) else {}


def folder(ev: Any, model_type: str) -> str:
    """The module folder of a model type, by the tree's own rule."""
    space = ev.namespace(f"{AUTO}.configuration_auto")
    rule = space.resolve("model_type_to_module_name") if space is not None else MISSING
    found = ev.call(rule, [model_type], {}) if isinstance(rule, FunctionValue) else None
    return found if isinstance(found, str) else model_type.replace("-", "_")


def config_class(ev: Any, model_type: str) -> ClassValue | None:
    """The config class of a model type, or None."""
    name = config_names(ev).get(model_type)
    return class_in(ev, folder(ev, model_type), name, "configuration") if isinstance(name, str) else None


def class_in(ev: Any, place: str, name: str, kind: str) -> ClassValue | None:
    """A class of a model folder by name: in its main file first, then in its other files of that kind."""
    files = [f"transformers.models.{place}.{kind}_{place}"]
    space = ev.namespace(files[0])
    if space is None or name not in space.program.index:
        package = ev.namespace(f"transformers.models.{place}")
        files = modules_of(ev, package, name, kind) if package is not None else files
    for module in chain(files, _elsewhere(ev, name, kind)):
        space = ev.namespace(module)
        found = space.resolve(name) if space is not None and name in space.program.index else MISSING
        if isinstance(found, ClassValue):
            return found
    return None


def _elsewhere(ev: Any, name: str, kind: str) -> Iterator[str]:
    """The same class under another model type: some types use another's classes."""
    tables = (
        [config_names(ev)]
        if kind == "configuration"
        else [table(ev, one) for one in dict.fromkeys(TABLES.values())]
    )
    for names in tables:
        for model_type, one in names.items():
            if one == name or (isinstance(one, tuple | list) and name in one):
                place = folder(ev, model_type)
                yield f"transformers.models.{place}.{kind}_{place}"


def model_class(ev: Any, auto_name: str, config: ConfigObject) -> ClassValue | None:
    """The model class an Auto class would build for a config, or None."""
    names = table(ev, TABLES.get(auto_name, ""))
    for cls in config.cls.mro:
        model_type = cls.ns.get("model_type")
        if not isinstance(model_type, str) or model_type not in names:
            continue
        wanted = names[model_type]
        if isinstance(wanted, tuple | list):
            stated = config.attrs.get("architectures")
            wanted = (
                next((one for one in stated or () if one in wanted), wanted[0])
                if isinstance(stated, list | None)
                else wanted[0]
            )
        return class_in(ev, folder(ev, model_type), wanted, "modeling")
    return None


def modules_of(ev: Any, space: Namespace, name: str, kind: str = "") -> list[str]:
    """Modules of a package that may define a name it exports lazily."""
    text = space.program.text
    found = []
    base = space.name
    place = base.rpartition(".")[2]
    kinds = (kind,) if kind else ("modeling", "configuration")
    if base == "transformers":
        return _top_level(ev, name, text)
    for one in kinds:
        found.append(f"{base}.{one}_{place}")
    for module in _listed(text):
        if module.startswith(kinds) and f"{base}.{module}" not in found:
            found.append(f"{base}.{module}")
    if kind == "" and not base.startswith("transformers.models."):
        found += [f"{base}.{module}" for module in _listed(text)]
    return found


def _listed(text: str) -> list[str]:
    import re

    return list(dict.fromkeys(re.findall(r"(?:from \.|\")([a-z_0-9]+)(?: import|\":)", text)))[:200]


def _top_level(ev: Any, name: str, text: str) -> list[str]:
    """Where ``from transformers import name`` leads."""
    import re

    found = []
    for match in re.finditer(rf"\"{re.escape(name)}\"", text):
        before = re.findall(r"\"([a-z_0-9.]+)\"\]?(?:: \[|\.(?:extend|append))", text[: match.start()])
        if before:
            found.append(f"transformers.{before[-1]}")
    for model_type, config in config_names(ev).items():
        stem = config.removesuffix("Config") if isinstance(config, str) else ""
        if stem and name.startswith(stem):
            place = folder(ev, model_type)
            found += [f"transformers.models.{place}.{kind}_{place}" for kind in ("configuration", "modeling")]
    return [
        *found,
        "transformers.configuration_utils",
        "transformers.modeling_outputs",
        "transformers.modeling_rope_utils",
    ]


def from_config(name: str) -> Builtin:
    def run(ev: Any, args: Args, kwargs: Kwargs) -> Any:
        config = args[1] if len(args) > 1 else kwargs.get("config")
        if not isinstance(config, ConfigObject):
            return (
                config if isinstance(config, Unknown) else ev.unknown(f"{name}.from_config of something else")
            )
        cls = model_class(ev, name, config)
        if cls is None:
            raise Raised(
                ev.exception("ValueError", f"Unrecognized configuration class {config.cls.name} for {name}")
            )
        inner = config.attrs.get("text_config")
        if isinstance(inner, ConfigObject) and config_of(cls) is inner.cls:
            config = inner
        return ev.call(cls, [config], {})

    return Builtin("from_config", run)


def config_of(cls: ClassValue) -> Any:
    """A model class's config class: stated, or annotated as ``config``."""
    import ast

    for one in cls.mro:
        stated = one.ns.get("config_class")
        if isinstance(stated, ClassValue):
            return stated
        annotation = one.annotations.get("config")
        if (
            isinstance(annotation, ast.Constant)
            and isinstance(annotation.value, str)
            and one.module is not None
        ):
            return one.module.resolve(annotation.value)
        if isinstance(annotation, ast.Name) and one.module is not None:
            return one.module.resolve(annotation.id)
    return None
