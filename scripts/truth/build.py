"""Builds a causal LM from a config with its parameters on the meta device and its buffers real."""

import contextlib
import importlib
import inspect
import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn
from torch.nn.modules.module import register_module_parameter_registration_hook
from torch.overrides import TorchFunctionMode
from transformers import AutoModelForCausalLM, PretrainedConfig, PreTrainedModel
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

LARGE = (nn.Linear, nn.Embedding, nn.Conv1d, nn.Conv2d, nn.ConvTranspose1d)
MANY_ELEMENTS = 2**24


def default_configs() -> Iterator[tuple[str, dict[str, Any]]]:
    """(model type, minimal config) for every type of the causal-LM mapping."""
    for model_type, names in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.items():
        cls = names if isinstance(names, str) else names[0]
        yield model_type, {"model_type": model_type, "architectures": [cls]}


def build(config: dict[str, Any]) -> tuple[nn.Module, str]:
    """The model with its logical parameters (no quantisation) in 32 bits, and where in the config its class
    found its own ("" or "text_config")."""
    logical = {key: value for key, value in config.items() if key != "quantization_config"}
    resolved = CONFIG_MAPPING[config["model_type"]].from_dict(logical)
    cls, path = _class_of(resolved, config)
    if path:
        resolved = text_config_of(resolved)
    with parameters_on_meta(), _without_init():
        model = cls._from_config(resolved, attn_implementation="eager", **_single_precision()).eval()
    model.tie_weights()  # 4.x ties when it initialises, which is left out above
    return model, path


def _single_precision() -> dict[str, torch.dtype]:
    """32 bits, under the name that this release gives the argument."""
    source = inspect.getsource(PreTrainedModel._from_config)
    return {"dtype" if 'kwargs.pop("dtype"' in source else "torch_dtype": torch.float32}


def _class_of(resolved: Any, config: dict[str, Any]) -> tuple[Any, str]:
    """The class named in `architectures`, else the one of the causal-LM mapping; as AutoModel picks the
    sub-config."""
    cls = getattr(importlib.import_module("transformers"), config["architectures"][0], None)
    if cls is None:
        cls = AutoModelForCausalLM._model_mapping[type(resolved)]
    own = getattr(cls, "config_class", None)
    composite = own is type(text_config_of(resolved)) and type(resolved) is not own
    return cls, "text_config" if composite else ""


def text_config_of(config: Any) -> Any:
    """A composite config's text config, else the config itself; older 4.x has no method for it."""
    if hasattr(config, "get_text_config"):
        return config.get_text_config()
    inner = getattr(config, "text_config", None)
    return inner if isinstance(inner, PretrainedConfig) else config


@contextlib.contextmanager
def parameters_on_meta() -> Iterator[None]:
    """Inside, every parameter that a module registers is moved to the meta device; buffers stay real."""
    hook = register_module_parameter_registration_hook(_to_meta)
    factories = _LargeOnMeta()
    plain = {cls: cls.__init__ for cls in LARGE}
    for cls, init in plain.items():
        cls.__init__ = _on_meta(init)  # type: ignore[method-assign]
    try:
        with factories:
            yield
    finally:
        hook.remove()
        for cls, init in plain.items():
            cls.__init__ = init  # type: ignore[method-assign]


def _without_init() -> contextlib.AbstractContextManager[None]:
    """4.x initialises through `.data = ...`, which cannot move a parameter back from meta."""
    from transformers import modeling_utils

    return getattr(modeling_utils, "no_init_weights", contextlib.nullcontext)()


class _LargeOnMeta(TorchFunctionMode):
    """Tensors of the size of fused experts are made on the meta device from the start."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if (
            getattr(func, "__name__", "") in ("empty", "zeros", "ones", "rand", "randn")
            and "device" not in kwargs
        ):
            size = kwargs.get("size", args[0] if args and not isinstance(args[0], int) else args)
            if math.prod(size) > MANY_ELEMENTS:
                kwargs["device"] = "meta"
        return func(*args, **kwargs)


def _on_meta(init: Any) -> Any:
    def wrapped(self: nn.Module, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("device", "meta")
        init(self, *args, **kwargs)

    return wrapped


def _to_meta(module: nn.Module, name: str, parameter: nn.Parameter | None) -> nn.Parameter | None:
    if parameter is None or parameter.device.type == "meta":
        return None
    return nn.Parameter(parameter.data.to("meta"), requires_grad=parameter.requires_grad)


def shapes_of(model: nn.Module) -> dict[str, tuple[int, ...]]:
    """Every parameter name, tied ones under each of their names, with its shape."""
    return {name: tuple(p.shape) for name, p in model.named_parameters(remove_duplicate=False)}


def tied_groups(model: nn.Module) -> list[list[str]]:
    """Names that are one parameter."""
    groups: dict[int, list[str]] = defaultdict(list)
    for name, parameter in model.named_parameters(remove_duplicate=False):
        groups[id(parameter)].append(name)
    return [names for names in groups.values() if len(names) > 1]
