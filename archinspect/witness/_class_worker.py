"""Run as a process of its own: asks the installed transformers what its config classes make of configs.

Reads one JSON line per config on standard input, writes one JSON line per answer. Only classes that
transformers itself ships are ever instantiated (`trust_remote_code` code is out of reach: no model
name and no file path gets here, only values). The parent process bounds time; this one bounds its
memory and refuses numbers that a class would turn into that many objects.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
from typing import Any

MEMORY_BYTES = 4 * 2**30
LARGEST_COUNT = 2**31
MOST_LAYERS = 10_000
# Labels of a classification head are never a fact here, and a class builds one object for each.
NOT_NEEDED = ("num_labels", "id2label", "label2id", "auto_map", "_name_or_path")


def main() -> None:
    """Answer every line until standard input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    answers = sys.stdout
    sys.stdout = sys.stderr  # a library that prints must not be taken for an answer
    for line in sys.stdin:
        print(json.dumps(_answer(json.loads(line)), default=lambda _: None), file=answers, flush=True)


def _answer(config: dict[str, Any]) -> dict[str, Any]:
    import transformers

    answer: dict[str, Any] = {"version": transformers.__version__}
    try:
        return answer | _view(config)
    except Exception as error:  # noqa: BLE001 - classes raise what they like; all of it means "refused"
        refused = not isinstance(error, MemoryError)
        return answer | {"error": f"{type(error).__name__}: {error}"[:500], "refused": refused}


def _view(config: dict[str, Any]) -> dict[str, Any]:
    from transformers import CONFIG_MAPPING

    model_type = config.get("model_type")
    if not isinstance(model_type, str) or model_type not in CONFIG_MAPPING:
        return {"unknown_type": True, "error": f"model type {model_type!r} is unknown to this version"}
    if problem := _too_large(config):
        return {"error": problem}
    kept = {key: value for key, value in config.items() if key not in NOT_NEEDED}
    root = CONFIG_MAPPING[model_type].from_dict(kept)
    text = root.get_text_config(decoder=True)
    names = dict(getattr(text, "attribute_map", {}) or {})
    key = next((name for name, value in vars(root).items() if value is text), None)
    return {
        "class_name": type(text).__name__,
        "values": _values(text),
        "root_class_name": type(root).__name__,
        "root_values": _values(root),
        "names": names,
        "text_key": key,
    }


def _values(config: Any) -> dict[str, Any]:
    values = {key: value for key, value in config.to_dict().items() if not key.startswith("_")}
    for standard, own in (getattr(config, "attribute_map", {}) or {}).items():
        if own in values:
            values[standard] = values[own]
    # Attributes that a class keeps as properties or leaves out of its dict when they are the default.
    for key in ("tie_word_embeddings", "head_dim", "rope_parameters"):
        with contextlib.suppress(Exception):
            values.setdefault(key, getattr(config, key))
    for key in NOT_NEEDED:
        values.pop(key, None)
    return values


def _too_large(value: Any, key: str = "") -> str | None:
    if isinstance(value, dict):
        return next(filter(None, (_too_large(item, str(name)) for name, item in value.items())), None)
    if isinstance(value, list):
        return next(filter(None, (_too_large(item, key) for item in value)), None)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        limit = MOST_LAYERS if "layer" in key and isinstance(value, int) else LARGEST_COUNT
        if value != value or (abs(value) > limit and key != "model_max_length"):
            return f"{key} is {value}, too large to give to a class"
    return None


if __name__ == "__main__":
    main()
