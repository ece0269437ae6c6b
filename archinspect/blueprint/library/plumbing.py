"""Look-up tables of the library (activations, attention functions, configs) and what subclassing a
config means.
"""

from __future__ import annotations

from archinspect.blueprint.interp import fields
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
from archinspect.hints import Any

from .auto import AUTO, TABLES, config_class, config_names, from_config

Args = list[Any]
Kwargs = dict[str, Any]


def _auto_class(name: str) -> ClassValue:
    made = ClassValue(name, (OBJECT,))
    made.ns["from_config"] = made.ns["_from_config"] = ClassMethod(from_config(name))
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
_AUTO: dict[str, Any] = {name: _auto_class(name) for name in TABLES}
_AUTO |= {"AutoConfig": AUTO_CONFIG, "CONFIG_MAPPING": Instance(_MAPPING)}


def _activation_item(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    """``ACT2FN[key]``: the module the tree's ACT2CLS makes for it, tagged with the key."""
    key = args[-1]
    if isinstance(key, Unknown):
        return key
    entry = _activation(ev, key)
    if entry is MISSING:
        raise Raised(ev.exception("KeyError", f"activation {brief(key)}"))
    cls, options = entry if isinstance(entry, tuple) else (entry, {})
    made = ev.call(cls, [], dict(options))
    if hasattr(made, "tag"):
        made.tag = key
    return made


_ACTIVATIONS = ClassValue("ClassInstantier", (OBJECT,))
_ACTIVATIONS.ns["__getitem__"] = Builtin("__getitem__", _activation_item)
_ACTIVATIONS.ns["__contains__"] = Builtin(
    "__contains__", lambda ev, args, kwargs: _activation(ev, args[1]) is not MISSING
)


def _activation(ev: Any, key: Any) -> Any:
    space = ev.need("transformers.activations")
    return space.row("ACT2CLS", key) if isinstance(key, str) else MISSING


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
    """What subclassing the config base means: a dataclass that accepts any keyword, when the base is
    one (5.x).
    """
    if not cls.dataclass:
        return
    specs = cls.ns.get("sub_configs_defaults")
    if isinstance(specs, dict) and specs and cls.module is not None:
        make = ev.need("transformers.configuration_utils").resolve("SubConfigSpec")
        for key, one in specs.items():
            if not isinstance(one, Instance):
                specs[key] = ev.call(make, [], {"config_class": one})
    if cls.ns.get("__init__", fields.DATACLASS_INIT) is fields.DATACLASS_INIT:
        cls.ns["__init__"] = Builtin("__init__", lambda e, args, kwargs: _config_init(e, cls, args, kwargs))
    cls.fields = None


def _config_init(ev: Any, cls: ClassValue, args: Args, kwargs: Kwargs) -> None:
    """The keyword-only initialiser of a 5.x config class: fields, then ``__post_init__`` with what is
    left.
    """
    self_ = args[0]
    if len(args) > 1:
        raise Raised(ev.exception("ValueError", f"{cls.name} accepts only keyword arguments"))
    declared = fields.dataclass_fields(ev, cls)
    names = set()
    for name, default in declared:
        names.add(name)
        value = kwargs[name] if name in kwargs else fields.field_default(ev, default)
        if value is MISSING:
            raise Raised(ev.exception("TypeError", f"Missing required field - '{name}'"))
        ev.setattr(self_, name, value)
    after = self_.cls.find("__post_init__")
    if after is not MISSING:
        ev.call(after, [self_], {key: value for key, value in kwargs.items() if key not in names})
    if cls.mark("strict"):
        _validate(ev, self_)


def _validate(ev: Any, self_: ConfigObject) -> None:
    """Run the methods by which a strict class refuses an object. Only what their source raises counts: where
    one cannot be followed, nothing is refused. What they read does not make a key one that matters.
    """
    decorated = next(one for one in self_.cls.mro if "strict" in one.marks)
    classes = [one for one in decorated.mro if one.module is not None]
    names = {name for one in classes for name in one.ns if name.startswith("validate_")}
    quiet, ev.quiet = ev.quiet, True
    try:
        for name in sorted(names):
            method = decorated.find(name)
            if type(method) is FunctionValue and _may_refuse(method):
                _validated(ev, method, self_)
    finally:
        ev.quiet = quiet


def _may_refuse(method: FunctionValue) -> bool:
    """Whether a validator raises anything, or asks another one: some only warn, at length."""
    text = method.code.text
    return text is None or any(word in text for word in ("raise ", ".validate_", "._validate"))


def _validated(ev: Any, method: FunctionValue, self_: ConfigObject) -> None:
    try:
        ev.call(method, [self_], {})
    except Raised as error:
        if isinstance(error.value, Instance) and error.value.attrs.get("__raised__"):
            raise


_ = PropertyValue
