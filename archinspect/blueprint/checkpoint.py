"""The names a checkpoint file uses: one per unique tensor, as this release would write them.

Loading renames, fuses and splits; the rules are the release's own (5.x: ``conversion_mapping.py``; 4.5x:
``_checkpoint_conversion_mapping`` on the class). Persistent buffers are stored too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from archinspect.records import StoredTensor

from .interp.budget import OutOfBoundsError
from .interp.values import MISSING, ConfigObject, ModuleObject, Raised, Tensor, describe
from .library.stdlib import safe_pattern
from .records import Shape
from .ties import declared
from .transforms import Matcher, Transform, from_source, operate, unknown_rule

if TYPE_CHECKING:
    from .build import Built

_MODULE = "transformers.conversion_mapping"


def checkpoint_names(built: Built) -> tuple[StoredTensor, ...]:
    """Every tensor of the checkpoint: name, shape, and the in-memory names it loads into.

    Empty, with ``built.loading_unknown`` saying why, when a loading rule is not known.
    """
    stored = _stored(built)
    rules = _rules(built)
    if built.loading_unknown is not None:
        return ()
    if not rules:
        return tuple(
            StoredTensor(_renamed_by_class(built, name), shape, (name,)) for name, shape in stored.items()
        )
    matchers = [Matcher(rule.reversed()) for rule in reversed(rules)]
    converters = [one for one in matchers if one.transform.operations]
    renamings = [one for one in matchers if not one.transform.operations]
    return tuple(_converted(built, stored, converters, renamings))


def _converted(
    built: Built, stored: dict[str, Shape | None], converters: list[Matcher], renamings: list[Matcher]
) -> list[StoredTensor]:
    groups: dict[str, tuple[Matcher, dict[str, list[Shape | None]], list[str]]] = {}
    made: list[StoredTensor] = []
    for name, shape in sorted(stored.items(), key=lambda pair: _natural(pair[0])):
        for converter in converters:
            renamed, pattern = converter.rename(name)
            if pattern is not None:
                _, collected, names = groups.setdefault(renamed, (converter, {}, []))
                collected.setdefault(pattern, []).append(shape)
                names.append(name)
                break
        else:
            made.append(StoredTensor(_rename(name, renamings), shape, (name,)))
    for layer, (converter, collected, names) in groups.items():
        parts = operate(converter, collected, layer)
        built.ev.budget.charge(len(parts))
        if len(made) + len(parts) > built.ev.budget.limits.length:
            raise OutOfBoundsError(f"more than {built.ev.budget.limits.length} stored tensors")
        for name, shape in parts.items():
            made.append(StoredTensor(_rename(name, renamings), shape, tuple(names)))
    return made


def _rename(name: str, renamings: list[Matcher]) -> str:
    for one in renamings:
        name, _ = one.rename(name)
    return name


def _natural(name: str) -> list[tuple[int, int, str]]:
    return [
        (0, int(part), "") if part.isdigit() and len(part) < 10 else (1, 0, part) for part in name.split(".")
    ]


def _stored(built: Built) -> dict[str, Shape | None]:
    """What is saved: each unique parameter under one name (not the one declared as tied), persistent
    buffers.
    """
    targets = declared(built)
    dropped = {name for group in built.tied for name in _surplus(group, targets)}
    found = {name: _shape(one) for name, one in built.parameters.items() if name not in dropped}
    for path, module in built.modules.items():
        for local, buffer in module.buffers.items():
            if isinstance(buffer, Tensor) and buffer.data != "not persistent":
                found[f"{path}.{local}" if path else local] = _shape(buffer)
    return found


def _surplus(group: tuple[str, ...], targets: dict[str, str]) -> list[str]:
    kept = next((name for name in group if name not in targets), group[0])
    return [name for name in group if name != kept]


def _shape(tensor: Tensor) -> Shape | None:
    if tensor.shape is None or None in tensor.shape:
        return None
    return tuple(one for one in tensor.shape if one is not None)


def _rules(built: Built) -> list[Transform]:
    """The release's loading rules for this model, those of sub-models scoped to their place."""
    ev = built.ev
    space = ev.namespace(_MODULE)
    if space is None:
        return []
    text = space.program.text
    wanted = [
        (path, module)
        for path, module in built.modules.items()
        if module.cls.mark("pretrained") and _native(module) and _mentioned(module, text)
    ]
    if not wanted:
        return []
    try:
        table = ev.call(ev.getattr(space, "_build_checkpoint_conversion_mapping"), [], {})
    except Raised as error:
        built.loading_unknown = ev.unknown(f"the loading rules of {ev.tree.label} raise {describe(error)}")
        return []
    if not isinstance(table, dict):
        built.loading_unknown = ev.unknown(f"the loading rules of {ev.tree.label} are no table")
        return []
    return _collect(built, wanted, table)


def _native(module: ModuleObject) -> bool:
    return module.cls.module is not None and module.cls.module.name.startswith("transformers.")


def _model_type(module: ModuleObject) -> str:
    config = module.attrs.get("config")
    found = config.cls.find("model_type") if isinstance(config, ConfigObject) else MISSING
    return found if isinstance(found, str) else ""


def _mentioned(module: ModuleObject, text: str) -> bool:
    return f'"{module.cls.name}"' in text or f'"{_model_type(module)}"' in text


def _collect(built: Built, wanted: list[tuple[str, ModuleObject]], table: dict[Any, Any]) -> list[Transform]:
    prefix = built.root.cls.find("base_model_prefix")
    base = prefix if isinstance(prefix, str) else ""
    old = _before_5(built.config.stated.get("transformers_version"))
    seen: dict[str, list[str]] = {}
    rules: list[Transform] = []

    def claimed(identifier: str, path: str) -> bool:
        return any(one == "" or path.startswith(f"{one}.") for one in seen.get(identifier, ()))

    for path, module in wanted:
        model_type = _model_type(module)
        if claimed(module.cls.name, path):
            continue
        found = table.get(module.cls.name)
        by_class = found is not None
        if not by_class and (not model_type or claimed(model_type, path)):
            continue
        found = found if by_class else table.get(model_type)
        if not isinstance(found, list):
            continue
        built.loading_unknown = built.loading_unknown or next(filter(None, map(unknown_rule, found)), None)
        scope = path.removeprefix(base).removeprefix(".") if path else None
        rules += [rule for one in found if (rule := from_source(one, scope, base, prefixes=old)) is not None]
        seen.setdefault(module.cls.name, []).append(path)
        if not by_class:
            seen.setdefault(model_type, []).append(path)
    return rules


def _before_5(version: Any) -> bool:
    """Whether the config says that a release before 5 wrote it: 5.x writes the names it has in memory."""
    major = re.match(r"\d{1,4}", version) if isinstance(version, str) else None
    return major is None or int(major.group(0)) < 5


def _renamed_by_class(built: Built, name: str) -> str:
    """4.5x: ``_checkpoint_conversion_mapping`` on the class, turned round as ``save_pretrained`` does."""
    mapping = built.cls.find("_checkpoint_conversion_mapping")
    if not isinstance(mapping, dict):
        return name
    built.ev.budget.check()
    for disk, memory in mapping.items():
        if not isinstance(disk, str) or not safe_pattern(memory, name):
            continue
        plain = re.sub(r"\(.*\)", "", disk.lstrip("^"))
        try:
            renamed, count = re.subn(memory, plain, name)
        except (re.error, RecursionError):
            continue
        if count:
            return renamed
    return name
