"""Keys of config.json that do nothing, or that were meant to be another key."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, takewhile
from typing import Any

from archinspect.records import Config, Evidence, Fact, Json
from archinspect.records.keys import SPELLINGS
from archinspect.rules._rule import Alarm, rule

MOST_KEYS = 2_000
"""Published configs write some hundred; of a hostile one no more are compared."""
OFF = (None, False, 0, 0.0, 1, 1.0, "", "none", "default")
"""Values under which a key that is not read changes nothing anyway."""
ABOUT_STRUCTURE = (
    "head", "layer", "norm", "_act", "activation", "bias", "dim",
    "expert",
    "position", "softcap", "intermediate", "hidden", "scaling", "attn", "attention", "mlp",
)  # fmt: skip
NOT_ABOUT_STRUCTURE = ("dropout", "initializer", "pdrop", "aux_loss", "jitter", "_impl")
FOLDED = ("rope", "rotary", "theta", "window", "pattern", "interval", "original_max", "partial_rotary")
"""Parts of keys that config classes turn into rope_parameters or layer_types before code reads them."""
WINDOW, SLIDING_WINDOW = "window", "sliding_window"
COMMON_KEYS = frozenset(
    {name for key, others in SPELLINGS.items() for name in (key, *others)}
    | {
        "sliding_window", "use_sliding_window", "max_window_layers", "layer_types", "tie_word_embeddings",
        "attention_bias", "mlp_bias", "lm_head_bias", "rope_scaling", "rope_parameters", "rope_theta",
        "attention_dropout", "initializer_range", "use_cache", "bos_token_id", "eos_token_id", "pad_token_id",
        "original_max_position_embeddings", "torch_dtype", "dtype", "architectures", "model_type",
        "hidden_dropout", "no_rope_layers", "layer_norm_eps", "rms_norm_eps",
        "quantization_config",
        "text_config",
        "vision_config",
    }
)  # fmt: skip
"""Keys as configs write them rightly: none of these is a misspelling of another."""


@rule("inert-key", "note")
def inert_key(config: Config, blueprint: Any = None, sliding_window: Fact | None = None) -> Iterator[Alarm]:
    """A key says something about the architecture that the model's code never looks at."""
    if sliding_window is not None and _nowhere(sliding_window):
        for key, value in config.text.written.items():
            if WINDOW in key and key != SLIDING_WINDOW and type(value) is int:
                where = (config.text.stated(key), *sliding_window.evidence)
                yield Alarm(f"{key} is {value}, but no layer has a window", where)
    if blueprint is not None and not blueprint.unknowns:  # what was not understood may be what reads the key
        yield from _never_read(config, blueprint)


@rule("misspelt-key", "warning")
def misspelt_key(config: Config) -> Iterator[Alarm]:
    """A value is silently ignored and a default used instead: the key is not the one that is read."""
    view = config.class_view
    if view is None or view.class_name is None:
        return
    supplied = [key for key in view.values if key not in config.text.written and key in COMMON_KEYS]
    for key in islice(config.text.written, MOST_KEYS):
        if key in COMMON_KEYS or key in view.names or key in view.names.values():
            continue
        meant = next((other for other in supplied if _one_slip_apart(key, other)), None)
        if meant is not None:
            default = view.values[meant]
            where = (config.text.stated(key), Evidence("default", view.location(meant), default))
            yield Alarm(f"{key} is not a key of {view.class_name}; {meant} stays at {default!r:.60}", where)


def _off(value: Json) -> bool:
    return value is not True and value in OFF


def _never_read(config: Config, blueprint: Any) -> Iterator[Alarm]:
    read = {name.rsplit(".", 1)[-1] for name in blueprint.config_keys_read}
    names = config.class_view.names if config.class_view else {}
    for key, value in config.text.written.items():
        spellings = {key, names.get(key, key), *(one for one, own in names.items() if own == key)}
        if isinstance(value, (dict, list)) or _off(value) or spellings & read or not _structural(key):
            continue
        where = (config.text.stated(key), Evidence("code", blueprint.location))
        yield Alarm(f"{key} is {value!r:.60}, but {blueprint.class_name} never reads it", where)


def _nowhere(windows: Fact) -> bool:
    values = windows.value if isinstance(windows.value, list) else [windows.value]
    return all(window is None for window in values)


def _structural(key: str) -> bool:
    other = any(part in key for part in (*NOT_ABOUT_STRUCTURE, *FOLDED))
    return not other and any(part in key for part in ABOUT_STRUCTURE)


def _one_slip_apart(left: str, right: str) -> bool:
    """One letter too many, too few, wrong, or two exchanged; or only the underscores and capitals differ."""
    if left.replace("_", "").lower() == right.replace("_", "").lower():
        return True
    if abs(len(left) - len(right)) > 1 or min(len(left), len(right)) < 6:
        return False
    start = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False)))
    a, b = left[start:], right[start:]
    swapped = len(a) > 1 and len(b) > 1 and (a[0], a[1]) == (b[1], b[0]) and a[2:] == b[2:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or swapped
