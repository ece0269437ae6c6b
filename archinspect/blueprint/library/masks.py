"""Attention mask builders: each gives a tagged mask saying which positions it lets a token see."""

from __future__ import annotations

from archinspect.blueprint.interp.values import Builtin, ConfigObject, Raised, Tensor, Unknown
from archinspect.hints import Any

from .tensors import emit

Args = list[Any]
Kwargs = dict[str, Any]


def record_mask(ev: Any, function: str, kind: str, window: Any, *, inputs: list[Tensor] | None = None) -> Any:
    """The mask as a tensor of unknown shape, a ``mask`` node when a trace is being made."""
    from archinspect.blueprint.trace import BATCH  # only a forward needs the trace

    length = ev.library.sequence(ev)
    known = window if isinstance(window, int | None) else None
    meta = {"kind": kind, "window": known, "function": function}
    if isinstance(window, Unknown):
        meta["unknown"] = True
    return emit(ev, "mask", list(inputs or []), (BATCH, 1, length, length), meta=meta)


def _read(ev: Any, config: Any, name: str) -> Any:
    if not isinstance(config, ConfigObject):
        return ev.unknown("the config of a mask")
    found = ev.find(config, name)
    return found if isinstance(found, int | None) else ev.unknown(f"{name} of a mask")


def _builder(function: str, kind: str, key: str | None) -> Builtin:
    def run(ev: Any, args: Args, kwargs: Kwargs) -> Any:
        config = args[0] if args else kwargs.get("config")
        window = _read(ev, config, key) if key is not None else None
        if key is not None and window is None:
            raise Raised(
                ev.exception(
                    "ValueError", f"Could not find a `{key}` argument in the config, or it is not set"
                )
            )
        return record_mask(ev, function, kind, window)

    return Builtin(function, run)


def _by_layer_type(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    config = args[0] if args else kwargs.get("config")
    types = ev.find(config, "layer_types")
    if not isinstance(types, list | tuple):
        return record_mask(ev, "create_masks_for_generate", "full", None)
    builders = {
        "sliding_attention": MASKS["create_sliding_window_causal_mask"],
        "chunked_attention": MASKS["create_chunked_causal_mask"],
    }
    return {
        one: builders.get(one, MASKS["create_causal_mask"]).run(ev, args, kwargs)
        for one in dict.fromkeys(types)
    }


def _prepared(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    window = args[4] if len(args) > 4 else kwargs.get("sliding_window")
    kind = "sliding" if isinstance(window, int) else "full"
    return record_mask(ev, "_prepare_4d_causal_attention_mask", kind, window)


MASKS: dict[str, Builtin] = {
    "create_causal_mask": _builder("create_causal_mask", "full", None),
    "create_sliding_window_causal_mask": _builder(
        "create_sliding_window_causal_mask", "sliding", "sliding_window"
    ),
    "create_chunked_causal_mask": _builder("create_chunked_causal_mask", "chunked", "attention_chunk_size"),
    "create_bidirectional_mask": _builder("create_bidirectional_mask", "bidirectional", None),
    "create_bidirectional_sliding_window_mask": _builder(
        "create_bidirectional_sliding_window_mask", "bidirectional", "sliding_window"
    ),
    "create_recurrent_attention_mask": Builtin(
        "create_recurrent_attention_mask", lambda ev, args, kwargs: None
    ),
    "create_masks_for_generate": Builtin("create_masks_for_generate", _by_layer_type),
    **{
        name: Builtin(name, _prepared)
        for name in (
            "_prepare_4d_causal_attention_mask",
            "_prepare_4d_causal_attention_mask_for_sdpa",
            "_prepare_4d_attention_mask",
            "_prepare_4d_attention_mask_for_sdpa",
            "_create_4d_causal_attention_mask",
        )
    },
}
