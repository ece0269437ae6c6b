"""Auto classes and config machinery: which class a config or model type belongs to, by the tree's own mapping tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archinspect.blueprint.interp import classes
from archinspect.blueprint.interp.namespace import Namespace
from archinspect.blueprint.interp.types import OBJECT
from archinspect.blueprint.interp.values import (
    MISSING,
    Builtin,
    ClassMethod,
    ClassValue,
    ConfigObject,
    FunctionValue,
    Instance,
    PropertyValue,
    Raised,
    Unknown,
    brief,
)

Args = list[Any]
Kwargs = dict[str, Any]
AUTO = "transformers.models.auto"
_TABLES = {
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
    found = class_in(ev, folder(ev, model_type), name, "configuration") if isinstance(name, str) else None
    return found


def class_in(ev: Any, place: str, name: str, kind: str) -> ClassValue | None:
    """A class of a model folder by name: in its main file first, then in its other files of that kind."""
    files = [f"transformers.models.{place}.{kind}_{place}"]
    space = ev.namespace(files[0])
    if space is None or name not in space.program.index:
        package = ev.namespace(f"transformers.models.{place}")
        files = modules_of(ev, package, name, kind) if package is not None else files
    for module in (*files, *_elsewhere(ev, name, kind)):
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
        else [table(ev, one) for one in dict.fromkeys(_TABLES.values())]
    )
    for names in tables:
        for model_type, one in names.items():
            if one == name or (isinstance(one, tuple | list) and name in one):
                place = folder(ev, model_type)
                yield f"transformers.models.{place}.{kind}_{place}"


def model_class(ev: Any, auto_name: str, config: ConfigObject) -> ClassValue | None:
    """The model class an Auto class would build for a config, or None."""
    names = table(ev, _TABLES.get(auto_name, ""))
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


def _from_config(name: str) -> Builtin:
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


def _auto_class(name: str) -> ClassValue:
    made = ClassValue(name, (OBJECT,))
    made.ns["from_config"] = made.ns["_from_config"] = ClassMethod(_from_config(name))
    made.ns["from_pretrained"] = ClassMethod(
        Builtin("from_pretrained", lambda ev, args, kwargs: ev.unknown(f"{name}.from_pretrained"))
    )
    made.ns["register"] = ClassMethod(Builtin("register", lambda ev, args, kwargs: None))
    return made


def _for_model(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    cls = config_class(ev, args[1]) if isinstance(args[1], str) else None
    return (
        ev.call(cls, args[2:], kwargs)
        if cls is not None
        else ev.unknown(f"AutoConfig.for_model({brief(args[1])})")
    )


def _config_item(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    cls = config_class(ev, args[1]) if isinstance(args[1], str) else None
    if cls is None:
        raise Raised(ev.exception("KeyError", brief(args[1])))
    return cls


AUTO_CONFIG = ClassValue("AutoConfig", (OBJECT,))
AUTO_CONFIG.ns["for_model"] = ClassMethod(Builtin("for_model", _for_model))
AUTO_CONFIG.ns["register"] = ClassMethod(Builtin("register", lambda ev, args, kwargs: None))
_MAPPING = ClassValue("ConfigMapping", (OBJECT,))
_MAPPING.ns.update(
    {
        "__getitem__": Builtin("__getitem__", _config_item),
        "__contains__": Builtin("__contains__", lambda ev, args, kwargs: args[1] in config_names(ev)),
        "keys": Builtin("keys", lambda ev, args, kwargs: list(config_names(ev))),
    }
)
_AUTO: dict[str, Any] = {name: _auto_class(name) for name in _TABLES}
_AUTO |= {"AutoConfig": AUTO_CONFIG, "CONFIG_MAPPING": Instance(_MAPPING)}


def _activation_item(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    """``ACT2FN[key]``: the module the tree's ACT2CLS makes for it, tagged with the key."""
    key = args[-1]
    if isinstance(key, Unknown):
        return key
    table_ = ev.need("transformers.activations").resolve("ACT2CLS")
    if not isinstance(table_, dict) or not isinstance(key, str) or key not in table_:
        raise Raised(ev.exception("KeyError", f"activation {brief(key)}"))
    entry = table_[key]
    cls, options = entry if isinstance(entry, tuple) else (entry, {})
    made = ev.call(cls, [], dict(options))
    if hasattr(made, "tag"):
        made.tag = key
    return made


_ACTIVATIONS = ClassValue("ClassInstantier", (OBJECT,))
_ACTIVATIONS.ns["__getitem__"] = Builtin("__getitem__", _activation_item)
_ACTIVATIONS.ns["__contains__"] = Builtin(
    "__contains__", lambda ev, args, kwargs: args[1] in ev.need("transformers.activations").resolve("ACT2CLS")
)


def _interface(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    return (
        args[2]
        if len(args) > 2
        else kwargs.get("default", ev.unknown("an attention function that is not in the source"))
    )


_INTERFACE = ClassValue("AttentionInterface", (OBJECT,))
_INTERFACE.ns.update(
    {
        "get_interface": Builtin("get_interface", _interface),
        "get": Builtin("get", _interface),
        "__getitem__": Builtin(
            "__getitem__",
            lambda ev, args, kwargs: ev.unknown("an attention function that is not in the source"),
        ),
        "__contains__": Builtin("__contains__", lambda ev, args, kwargs: True),
        "valid_keys": Builtin("valid_keys", lambda ev, args, kwargs: ["eager"]),
    }
)
_PLUMBING: dict[str, Any] = {
    "ACT2FN": Instance(_ACTIVATIONS),
    "get_activation": Builtin("get_activation", _activation_item),
    "ALL_ATTENTION_FUNCTIONS": Instance(_INTERFACE),
    "ALL_MASK_ATTENTION_FUNCTIONS": Instance(_INTERFACE),
    "ALL_EXPERTS_FUNCTIONS": Instance(_INTERFACE),
}


def boundary(ev: Any, module: str, name: str) -> Any:
    """Auto classes and look-up tables, or MISSING."""
    if ".models." in module and not module.startswith(AUTO):
        return MISSING
    return _PLUMBING.get(name, _AUTO.get(name, MISSING))


def config_class_made(ev: Any, cls: ClassValue) -> None:
    """What subclassing the config base means: a dataclass that accepts any keyword, when the base is one (5.x)."""
    if not cls.dataclass:
        return
    specs = cls.ns.get("sub_configs_defaults")
    if isinstance(specs, dict) and specs and cls.module is not None:
        make = ev.need("transformers.configuration_utils").resolve("SubConfigSpec")
        for key, one in specs.items():
            if not isinstance(one, Instance):
                specs[key] = ev.call(make, [], {"config_class": one})
    if cls.ns.get("__init__", classes.DATACLASS_INIT) is classes.DATACLASS_INIT:
        cls.ns["__init__"] = Builtin("__init__", lambda e, args, kwargs: _config_init(e, cls, args, kwargs))
    cls.fields = None


def _config_init(ev: Any, cls: ClassValue, args: Args, kwargs: Kwargs) -> None:
    """The keyword-only initialiser of a 5.x config class: fields, then ``__post_init__`` with what is left."""
    self_ = args[0]
    if len(args) > 1:
        raise Raised(ev.exception("ValueError", f"{cls.name} accepts only keyword arguments"))
    fields = classes.dataclass_fields(ev, cls)
    names = set()
    for name, default in fields:
        names.add(name)
        value = kwargs[name] if name in kwargs else classes.field_default(ev, default)
        if value is MISSING:
            raise Raised(ev.exception("TypeError", f"Missing required field - '{name}'"))
        ev.setattr(self_, name, value)
    after = self_.cls.find("__post_init__")
    if after is not MISSING:
        ev.call(after, [self_], {key: value for key, value in kwargs.items() if key not in names})


_ = PropertyValue
