"""transformers' own plumbing, replaced by a few lines each: found by name wherever the source imports it from.

Only machinery that every model shares stands here. What a name means is read from the source whenever it can be.
"""

from __future__ import annotations

import re
from typing import Any

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
    Unknown,
)

from .layers import CONV1D
from .masks import MASKS
from .modules import MODULE
from .outputs import DEVICE, MODEL_OUTPUT
from .stdlib import LOGGER, identity_decorator

Args = list[Any]
Kwargs = dict[str, Any]
PRETRAINED = ClassValue("PreTrainedModel", (MODULE,))
PRETRAINED.marks["pretrained"] = True
LAYER = ClassValue("GradientCheckpointingLayer", (MODULE,))
CACHE = ClassValue("Cache", (OBJECT,))
_AVAILABLE = re.compile(
    r"is_\w+_available|is_\w+_(?:compiling|exporting|tracing|requested|platform|module|enabled)|is_tracing"
)


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


def _none(ev: Any, args: Args, kwargs: Kwargs) -> None:
    return None


PRETRAINED.ns.update(
    {
        "__init__": Builtin("__init__", _init),
        "get_input_embeddings": Builtin("get_input_embeddings", _input_embeddings),
        "set_input_embeddings": Builtin("set_input_embeddings", _set_input_embeddings),
        "get_output_embeddings": Builtin("get_output_embeddings", lambda ev, a, k: a[0].children.get("lm_head")),
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
        "can_generate": ClassMethod(Builtin("can_generate", lambda ev, a, k: True)),
        **{name: Builtin(name, _none) for name in ["post_init", "init_weights", "tie_weights", "_init_weights", "gradient_checkpointing_enable", "gradient_checkpointing_disable", "_backward_compatibility_gradient_checkpointing", "warn_if_padding_and_no_attention_mask", "prune_heads", "add_model_tags", "resize_token_embeddings", "_set_gradient_checkpointing", "loss_function", "set_attn_implementation"]},
    }
)  # fmt: skip
CACHE.ns.update(
    {
        "__init__": Builtin("__init__", _none),
        "update": Builtin(
            "update",
            lambda ev, a, k: (a[1], a[2]) if len(a) > 2 else (k.get("key_states"), k.get("value_states")),
        ),
        "get_seq_length": Builtin("get_seq_length", lambda ev, a, k: 0),
        "get_usable_length": Builtin("get_usable_length", lambda ev, a, k: 0),
        "get_max_cache_shape": Builtin("get_max_cache_shape", _none),
        "get_max_length": Builtin("get_max_length", _none),
        "has_previous_state": Builtin("has_previous_state", lambda ev, a, k: False),
        "from_legacy_cache": ClassMethod(Builtin("from_legacy_cache", lambda ev, a, k: Instance(CACHE))),
        "is_updated": PropertyValue(Builtin("is_updated", lambda ev, a, k: {})),
        "is_compileable": False,
        "is_initialized": False,
        "self_attention_cache": PropertyValue(Builtin("self_attention_cache", _self)),
        "cross_attention_cache": PropertyValue(Builtin("cross_attention_cache", _self)),
    }
)


def _empty(name: str) -> ClassValue:
    made = ClassValue(name, (OBJECT,))
    made.ns["__init__"] = Builtin("__init__", _none)
    return made


def _factory(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    """A decorator that always takes arguments: what it decorates stays as it is."""
    return Builtin("decorator", lambda e, given, named: given[0])


def _false(ev: Any, args: Args, kwargs: Kwargs) -> bool:
    return False


def _true(ev: Any, args: Args, kwargs: Kwargs) -> bool:
    return True


_DECORATORS = [
    "auto_docstring",
    "can_return_tuple",
    "merge_with_config_defaults",
    "capture_outputs",
    "check_model_inputs",
    "add_start_docstrings",
    "add_start_docstrings_to_model_forward",
    "replace_return_docstrings",
    "add_code_sample_docstrings",
    "add_end_docstrings",
    "use_kernel_forward_from_hub",
    "use_kernelized_func",
    "use_experts_implementation",
    "deprecate_kwarg",
    "dynamic_rope_update",
    "use_kernel_func_from_hub_with_fallback",
    "use_kernel_func_from_hub",
    "filter_output_hidden_states",
    "force_accelerate_hooks",
    "accepts_precomputed_kwargs",
    "compile_compatible_method_lru_cache",
    "select_hidden_states",
    "requires",
    "strict_mode",
    "filter_out_non_signature_kwargs",
    "copy_func",
    "force_fp32",
    "compile_friendly_flex_attention",
    "maybe_allow_in_graph",
    "wrap_init_to_accept_kwargs",
]
_FACTORIES = [
    "use_kernelized_func",
    "use_kernel_forward_from_hub",
    "use_kernel_func_from_hub",
    "deprecate_kwarg",
    "add_start_docstrings",
    "replace_return_docstrings",
    "requires",
    "add_start_docstrings_to_model_forward",
    "add_code_sample_docstrings",
    "use_kernel_func_from_hub_with_fallback",
    "force_accelerate_hooks",
    "accepts_precomputed_kwargs",
]
_MIXINS = [
    "GenerationMixin",
    "PushToHubMixin",
    "PeftAdapterMixin",
    "EmbeddingAccessMixin",
    "ModuleUtilsMixin",
    "DistributedMixin",
    "BackboneMixin",
    "DecisionMixin",
    "TrainerMixin",
    "ContinuousMixin",
]
_TRUE = frozenset(
    [
        "is_torch_available",
        "is_torch_greater_or_equal",
        "is_torch_greater_or_equal_than_2_0",
        "is_torch_sdpa_available",
        "is_torch_flex_attn_available",
    ]
)


def _patterns(name: str, *keys: str) -> ClassValue:
    """A loading rule or operation: its arguments are kept, nothing is compiled."""
    made = ClassValue(name, (OBJECT,))

    def init(ev: Any, args: Args, kwargs: Kwargs) -> None:
        args[0].attrs.update(zip(keys, args[1:], strict=False))
        args[0].attrs.update(kwargs)

    made.ns["__init__"] = Builtin("__init__", init)
    return made


_RULES = [
    "WeightRenaming",
    "WeightConverter",
    "GroupWeightRename",
    "Inkling2IndexOffsetWeightRename",
    "WeightTransform",
]
_OPERATIONS = [
    "Chunk",
    "Split",
    "Concatenate",
    "Interleave",
    "MergeModulelist",
    "SplitModulelist",
    "PermuteForRope",
    "Conv3dToLinear",
    "LinearToConv3d",
    "ErnieFuseAndSplitTextVisionExperts",
    "VisionFuseAndPermuteForRope",
    "VisionUnfuseAndPermuteForRope",
]
BOUNDARY: dict[str, Any] = {
    "PreTrainedModel": PRETRAINED,
    "GradientCheckpointingLayer": LAYER,
    "Conv1D": CONV1D,
    "ModelOutput": MODEL_OUTPUT,
    **{name: Builtin(name, identity_decorator) for name in _DECORATORS},
    **{name: Builtin(name, _factory) for name in _FACTORIES},
    **{name: _empty(name) for name in _MIXINS},
    **dict.fromkeys(["Cache", "DynamicCache", "StaticCache", "HybridCache", "SlidingWindowCache", "EncoderDecoderCache", "MambaCache", "HybridChunkedCache", "OffloadedCache", "QuantizedCache", "DFlashCache", "MtpCache"], CACHE),
    "requires_backends": Builtin("requires_backends", _none),
    "torch_compilable_check": Builtin("torch_compilable_check", _none),
    "is_torch_greater_or_equal": Builtin("is_torch_greater_or_equal", _true),
    "lazy_load_kernel": Builtin("lazy_load_kernel", _none),
    "ALL_LAYERNORM_LAYERS": [],
    **MASKS,
    **{name: _patterns(name, "source_patterns", "target_patterns", "operations") for name in _RULES},
    "PrefixChange": _patterns("PrefixChange", "prefix_to_add", "prefix_to_remove", "model_prefix"),
    **{name: _patterns(name, "dim") for name in _OPERATIONS},
    "Transpose": _patterns("Transpose", "dim0", "dim1", "check_dims"),
}  # fmt: skip
LOGGING = Instance(_empty("logging"))
LOGGING.cls.ns["get_logger"] = Builtin("get_logger", lambda ev, args, kwargs: LOGGER)


def boundary(ev: Any, module: str, name: str) -> Any:
    """The replacement of a name imported from a module of transformers, or MISSING."""
    if ".models." in module and ".models.auto" not in module:
        return MISSING
    if name == "logging":
        return LOGGING
    if name in BOUNDARY:
        return BOUNDARY[name]
    if _AVAILABLE.fullmatch(name):
        return Builtin(name, _true if name in _TRUE else _false)
    return MISSING


_ = Unknown
