"""What every model class inherits: PreTrainedModel and the caches, as far as building and tracing need
them.
"""

from __future__ import annotations

from archinspect.blueprint.interp.types import OBJECT
from archinspect.blueprint.interp.values import (
    MISSING,
    Builtin,
    ClassMethod,
    ClassValue,
    ConfigObject,
    External,
    Instance,
    ModuleObject,
    PropertyValue,
    Raised,
)
from archinspect.hints import Any

from .modules import MODULE
from .outputs import DEVICE
from .own_methods import OWN_METHODS

Args = list[Any]
Kwargs = dict[str, Any]
PRETRAINED = ClassValue("PreTrainedModel", (MODULE,))
PRETRAINED.marks["pretrained"] = True
LAYER = ClassValue("GradientCheckpointingLayer", (MODULE,))
CACHE = ClassValue("Cache", (OBJECT,))


def _init(ev: Any, args: Args, kwargs: Kwargs) -> None:
    self_, config = args[0], args[1] if len(args) > 1 else kwargs.get("config")
    self_.attrs["config"] = config
    self_.attrs["name_or_path"] = ""
    if isinstance(config, ConfigObject):
        for key in (
            "_attn_implementation_internal",
            "_experts_implementation_internal",
            "_attn_implementation_autoset",
        ):
            if config.attrs.get(key) != "eager":
                config.attrs[key] = "eager"


def _input_embeddings(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    """The module that looks tokens up, by the library's own rules."""
    self_ = args[0]
    named = self_.cls.find("_input_embed_layer")
    for name in (
        named if isinstance(named, str) else "embed_tokens",
        "embed_tokens",
        "wte",
        "tok_embeddings",
    ):
        found = self_.children.get(name)
        if isinstance(found, ModuleObject):
            return found
    for name in ("language_model", "model", "embeddings", str(self_.cls.find("base_model_prefix"))):
        inner = self_.children.get(name)
        if isinstance(inner, ModuleObject) and inner is not self_:
            getter = inner.cls.find("get_input_embeddings")
            if getter is not MISSING:
                return ev.call(ev.getattr(inner, "get_input_embeddings"), [], {})
            for local in ("word_embeddings", "token_embedding"):
                if isinstance(inner.children.get(local), ModuleObject):
                    return inner.children[local]
    raise Raised(ev.exception("NotImplementedError", f"get_input_embeddings of {self_.cls.name}"))


def _set_input_embeddings(ev: Any, args: Args, kwargs: Kwargs) -> None:
    self_ = args[0]
    prefix = self_.cls.find("base_model_prefix")
    inner = self_.children.get(prefix) if isinstance(prefix, str) else None
    if "embed_tokens" in self_.children:
        self_.children["embed_tokens"] = args[1]
    elif isinstance(inner, ModuleObject) and inner is not self_:
        ev.call(ev.getattr(inner, "set_input_embeddings"), [args[1]], {})


def _base_model(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    prefix = args[0].cls.find("base_model_prefix")
    found = args[0].children.get(prefix) if isinstance(prefix, str) else None
    return found if found is not None else args[0]


def _decoder(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    for name in ("language_model", "text_model", "decoder", "model", "text_decoder"):
        found = args[0].children.get(name)
        if isinstance(found, ModuleObject):
            return found
    return args[0]


def _from_config(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    config = args[1] if len(args) > 1 else kwargs.get("config")
    return ev.call(args[0], [config], {})


def _head_mask(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    count = args[2] if len(args) > 2 else kwargs.get("num_hidden_layers", 0)
    if not isinstance(count, int):
        return ev.unknown("a head mask for an unknown number of layers")
    ev.budget.charge(count)
    return [None] * count


def _extended_mask(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    from .masks import record_mask

    return record_mask(ev, "get_extended_attention_mask", "full", None)


def _share(ev: Any, args: Args, kwargs: Kwargs) -> None:
    """``_tie_or_clone_weights(output, input)``."""
    output, inside = args[1], args[2]
    if (
        isinstance(output, ModuleObject)
        and isinstance(inside, ModuleObject)
        and inside.params.get("weight") is not None
    ):
        output.params["weight"] = inside.params["weight"]


def _self(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    return args[0]


def nothing(ev: Any, args: Args, kwargs: Kwargs) -> None:
    return None


PRETRAINED.ns.update(
    {
        "__init__": Builtin("__init__", _init),
        "get_input_embeddings": Builtin("get_input_embeddings", _input_embeddings),
        "set_input_embeddings": Builtin("set_input_embeddings", _set_input_embeddings),
        "get_output_embeddings": Builtin("get_output_embeddings", lambda ev, a, k: a[0].children.get("lm_head")),  # noqa: E501
        "base_model": PropertyValue(Builtin("base_model", _base_model)),
        "get_decoder": Builtin("get_decoder", _decoder),
        "get_encoder": Builtin("get_encoder", _self),
        "_tie_or_clone_weights": Builtin("_tie_or_clone_weights", _share),
        "_tie_embedding_weights": Builtin("_tie_embedding_weights", _share),
        "_from_config": ClassMethod(Builtin("_from_config", _from_config)),
        "from_config": ClassMethod(Builtin("from_config", _from_config)),
        "get_head_mask": Builtin("get_head_mask", _head_mask),
        "get_extended_attention_mask": Builtin("get_extended_attention_mask", _extended_mask),
        "invert_attention_mask": Builtin("invert_attention_mask", _extended_mask),
        "base_model_prefix": "",
        "config_class": None,
        "main_input_name": "input_ids",
        "_tied_weights_keys": None,
        "_keep_in_fp32_modules": None,
        "_keys_to_ignore_on_load_missing": None,
        "_keys_to_ignore_on_load_unexpected": None,
        "_no_split_modules": None,
        "dtype": External("torch.float32"),
        "device": DEVICE,
        "gradient_checkpointing": False,
        "is_gradient_checkpointing": False,
        "is_parallelizable": False,
        "_checkpoint_conversion_mapping": {},
        **OWN_METHODS,
        "can_generate": ClassMethod(Builtin("can_generate", lambda ev, a, k: True)),
        **{name: Builtin(name, nothing) for name in ["post_init", "init_weights", "_init_weights", "gradient_checkpointing_enable", "gradient_checkpointing_disable", "_backward_compatibility_gradient_checkpointing", "warn_if_padding_and_no_attention_mask", "prune_heads", "add_model_tags", "resize_token_embeddings", "_set_gradient_checkpointing", "loss_function", "set_attn_implementation"]},  # noqa: E501
    }
)  # fmt: skip
CACHE.ns.update(
    {
        "__init__": Builtin("__init__", nothing),
        "update": Builtin(
            "update",
            lambda ev, a, k: (a[1], a[2]) if len(a) > 2 else (k.get("key_states"), k.get("value_states")),
        ),
        "get_seq_length": Builtin("get_seq_length", lambda ev, a, k: 0),
        "get_usable_length": Builtin("get_usable_length", lambda ev, a, k: 0),
        "get_max_cache_shape": Builtin("get_max_cache_shape", nothing),
        "get_max_length": Builtin("get_max_length", nothing),
        "has_previous_state": Builtin("has_previous_state", lambda ev, a, k: False),
        "from_legacy_cache": ClassMethod(Builtin("from_legacy_cache", lambda ev, a, k: Instance(CACHE))),
        "is_updated": PropertyValue(Builtin("is_updated", lambda ev, a, k: {})),
        "is_compileable": False,
        "is_initialized": False,
        "self_attention_cache": PropertyValue(Builtin("self_attention_cache", _self)),
        "cross_attention_cache": PropertyValue(Builtin("cross_attention_cache", _self)),
    }
)
