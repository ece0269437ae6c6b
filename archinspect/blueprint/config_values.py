"""A config object's values as plain data, and where each comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .interp.evaluator import Evaluator
from .interp.values import ConfigObject, External, Instance, Tensor, Unknown

_INTERNAL = frozenset({"ignore_keys_at_rope_validation"})
# Keys that 5.x gathers into ``rope_parameters``.
_ROPE_KEYS = (
    "rope_scaling",
    "rope_theta",
    "rope_local_base_freq",
    "partial_rotary_factor",
    "rotary_pct",
    "rope_pct",
)


class Origin(NamedTuple):
    """Where a value comes from: ``stated``, ``default`` or ``resolved`` (then ``before`` is what was
    stated).
    """

    kind: str
    before: Any = None


def config_values(ev: Evaluator, config: ConfigObject, path: str, unknowns: dict[str, str]) -> dict[str, Any]:
    """A config's public values as plain data; class attributes that are values included."""
    made: dict[str, Any] = {}
    for key, value in config.attrs.items():
        if key[:1] == "_" or key in _INTERNAL:
            continue
        place_ = f"{path}.{key}" if path else key
        known, one = _plain(ev, value, place_, unknowns, 0)
        if known:
            made[key] = one
    model_type = config.cls.find("model_type")
    if isinstance(model_type, str):
        made["model_type"] = model_type
    overrides = _layer_overrides(config)
    if overrides:
        known, one = _plain(ev, overrides, "per_layer_config", unknowns, 0)
        made["per_layer_config"] = one
    return made


def _layer_overrides(config: ConfigObject) -> dict[Any, Any]:
    """What single layers state otherwise (5.x keeps it apart from the attributes)."""
    spec = config.attrs.get("_heterogeneity_spec")
    found = spec.attrs.get("per_layer_overrides") if isinstance(spec, Instance) else None
    if not isinstance(found, dict) or not found:
        return {}
    width = max(len(str(key)) for key in found)
    return {str(key).zfill(width): value for key, value in found.items()}


def _plain(ev: Evaluator, value: Any, path: str, unknowns: dict[str, str], depth: int) -> tuple[bool, Any]:
    if value is None or isinstance(value, bool | int | float | str):
        return True, value
    if isinstance(value, ConfigObject):
        return True, config_values(ev, value, path, unknowns)
    if isinstance(value, list | tuple | set) and depth < 20:
        parts = [_plain(ev, one, path, unknowns, depth + 1) for one in value]
        return all(known for known, _ in parts), [one for _, one in parts]
    if isinstance(value, dict) and depth < 20:
        inner = {str(key): _plain(ev, one, path, unknowns, depth + 1) for key, one in value.items()}
        return all(known for known, _ in inner.values()), {key: one for key, (_, one) in inner.items()}
    if isinstance(value, External):
        return True, value.path.rpartition(".")[2]
    if isinstance(value, Instance) and isinstance(value.native, str | int):
        return True, value.native
    reason = value.why if isinstance(value, Unknown) else f"a {type(value).__name__}"
    unknowns[path] = reason if not isinstance(value, Tensor) else "a tensor"
    return False, None


def origins_of(
    config: ConfigObject, values: Mapping[str, Any], stated: Any, path: str, origins: dict[str, Origin]
) -> None:
    """Fill ``origins`` with a dotted key for every value."""
    stated = stated if isinstance(stated, Mapping) else {}
    aliases = config.cls.find("attribute_map")
    names = {new: old for old, new in aliases.items()} if isinstance(aliases, dict) else {}
    for key, value in values.items():
        place_ = f"{path}.{key}" if path else key
        own = config.attrs.get(key)
        given = key if key in stated else names.get(key) if names.get(key) in stated else None
        if isinstance(own, ConfigObject):
            origins_of(own, value, stated.get(key), place_, origins)
        elif given is None and key == "rope_parameters" and any(one in stated for one in _ROPE_KEYS):
            origins[place_] = Origin("resolved", {one: stated[one] for one in _ROPE_KEYS if one in stated})
        elif given is None:
            origins[place_] = Origin("default")
        elif _same(stated[given], value):
            origins[place_] = Origin("stated")
        else:
            origins[place_] = Origin("resolved", stated[given])


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    return (bool(a == b) and isinstance(a, bool) == isinstance(b, bool)) or (a != a and b != b)
