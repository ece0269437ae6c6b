"""One entry of the truth: a config and what torch makes of it."""

import json
from typing import Any

import transformers.modeling_utils  # noqa: F401 - here, or each child takes a second to load it
from truth_fixture import unfold

from truth.build import build, shapes_of, tied_groups
from truth.facts import facts_of
from truth.fold import fold, fold_shapes


def entry_of(config: dict[str, Any]) -> dict[str, Any]:
    """Names, shapes and ties of the model that this config builds, and its resolved config."""
    model, path = build(config)
    shapes = shapes_of(model)
    parameters = fold_shapes(shapes)
    back = {name: tuple(shape) for folded, shape in parameters for name in unfold(folded)}
    if back != shapes:
        raise AssertionError("folding lost something")
    resolved = json.loads(json.dumps(_values(model.config), default=str))
    facts, notes = facts_of(model)
    return {
        "class": type(model).__name__,
        "config_class": type(model.config).__name__,
        "config_path": path,
        "parameters": parameters,
        "tied": [fold(group) for group in tied_groups(model)],
        "resolved": resolved,
        "facts": facts,
        "notes": notes,
    }


def _values(config: Any) -> dict[str, Any]:
    """What the config holds; some write other numbers to disk than those they are read by."""
    values: dict[str, Any] = config.to_dict()
    held = {key: one for key, one in vars(config).items() if key in values}
    plain = {key: one for key, one in held.items() if isinstance(one, int) or _words(one)}
    return {**values, **plain}


def _words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
