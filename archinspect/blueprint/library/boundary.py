"""transformers' own plumbing, replaced by a few lines each: found by name wherever the source imports it
from.

Only machinery that every model shares stands here. What a name means is read from the source whenever it
can be.
"""

from __future__ import annotations

import re

from archinspect.blueprint.interp.types import OBJECT
from archinspect.blueprint.interp.values import (
    MISSING,
    Builtin,
    ClassValue,
    Instance,
)
from archinspect.hints import Any

from .layers import CONV1D
from .masks import MASKS
from .outputs import MODEL_OUTPUT
from .pretrained import CACHE, LAYER, PRETRAINED, nothing
from .stdlib import LOGGER, identity_decorator

Args = list[Any]
Kwargs = dict[str, Any]


_AVAILABLE = r"is_\w+_(?:available|compiling|exporting|tracing|requested|platform|module|enabled)|is_tracing"


def _empty(name: str) -> ClassValue:
    made = ClassValue(name, (OBJECT,))
    made.ns["__init__"] = Builtin("__init__", nothing)
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
        given = args[0].attrs
        given.update(zip(keys, args[1:], strict=False))
        given.update(kwargs)
        for key in ("source_patterns", "target_patterns") if name in (*_RULES, "PrefixChange") else ():
            # As the library keeps them: a list, and a copy of it from before it is worked on.
            stated = given.get(key, ev.unknown(f"the {key} of {name}"))
            stated = [stated] if isinstance(stated, str) else stated
            given[f"_original_{key}"] = list(stated) if isinstance(stated, list) else stated

    made.ns["__init__"] = Builtin("__init__", init)
    return made


LOADING = "transformers.core_model_loading"
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
    **dict.fromkeys(["Cache", "DynamicCache", "StaticCache", "HybridCache", "SlidingWindowCache", "EncoderDecoderCache", "MambaCache", "HybridChunkedCache", "OffloadedCache", "QuantizedCache", "DFlashCache", "MtpCache"], CACHE),  # noqa: E501
    "requires_backends": Builtin("requires_backends", nothing),
    "torch_compilable_check": Builtin("torch_compilable_check", nothing),
    "is_torch_greater_or_equal": Builtin("is_torch_greater_or_equal", _true),
    "lazy_load_kernel": Builtin("lazy_load_kernel", nothing),
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
    if module == LOADING and name[:1].isupper() and not name.isupper():
        # A kind of loading rule that is not known: whoever is loaded by it has names that are not known.
        return Builtin(name, lambda ev, args, kwargs: ev.unknown(f"the loading rule {name}"))
    if name[:3] == "is_" and re.fullmatch(_AVAILABLE, name):
        return Builtin(name, _true if name in _TRUE else _false)
    return MISSING
