"""Which parameters are one tensor: shared by construction, or tied by ``_tied_weights_keys`` under the config's flag."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .configs import text_config
from .interp.values import ConfigObject, ModuleObject, Raised, Tensor
from .library.stdlib import safe_pattern

if TYPE_CHECKING:
    from .build import Built


def tied_groups(built: Built) -> list[tuple[str, ...]]:
    """Groups of names, each in the order of the parameters, of two names or more."""
    leader: dict[str, str] = {}

    def find(name: str) -> str:
        while leader.get(name, name) != name:
            name = leader[name]
        return name

    def join(a: str, b: str) -> None:
        if a in built.parameters and b in built.parameters:
            leader[find(b)] = find(a)

    first: dict[int, str] = {}
    for name, tensor in built.parameters.items():
        if id(tensor) in first:
            join(first[id(tensor)], name)
        else:
            first[id(tensor)] = name
    for target, source in declared_ties(built).items():
        join(source, target)
    groups: dict[str, list[str]] = {}
    for name in built.parameters:
        groups.setdefault(find(name), []).append(name)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def declared_ties(built: Built) -> dict[str, str]:
    """``target: source`` of every sub-model that declares ties and whose config turns them on."""
    found: dict[str, str] = {}
    for path, module in built.modules.items():
        if module.cls.mark("pretrained"):
            for target, source in _of_module(built, path, module).items():
                found.setdefault(target, source)
    return found


def _flag(built: Built, module: ModuleObject) -> bool:
    config = module.attrs.get("config")
    if not isinstance(config, ConfigObject):
        return False
    if not mapping_style(built):
        config = text_config(built.ev, config)
    try:
        return built.ev.truth(built.ev.find(config, "tie_word_embeddings")) is True
    except Raised:
        return False


def mapping_style(built: Built) -> bool:
    """Whether this release ties by mappings of names (5.x) rather than through the output embeddings (4.x)."""
    space = built.ev.namespace("transformers.modeling_utils")
    return space is not None and "def get_expanded_tied_weights_keys" in space.program.text


def _of_module(built: Built, path: str, module: ModuleObject) -> dict[str, str]:
    if not _flag(built, module):
        return {}
    keys = module.attrs.get("_tied_weights_keys", module.cls.find("_tied_weights_keys"))
    prefix = f"{path}." if path else ""
    if mapping_style(built):
        return _by_mapping(built, prefix, keys) if isinstance(keys, dict) else {}
    return _by_embeddings(built, module)


def _by_mapping(built: Built, prefix: str, keys: dict[Any, Any]) -> dict[str, str]:
    names = [name[len(prefix) :] for name in built.parameters if name.startswith(prefix)]
    present = set(names)
    found: dict[str, str] = {}
    for target, source in keys.items():
        if not isinstance(target, str) or not isinstance(source, str):
            continue
        if target in present and source in present:
            found[prefix + target] = prefix + source
            continue
        targets, sources = sorted(_matching(target, names)), sorted(_matching(source, names))
        if sources and targets and len(targets) % len(sources) == 0:
            for position, one in enumerate(targets):
                origin = sources[position % len(sources)]
                found[prefix + one] = found.get(prefix + origin, prefix + origin)
    return found


def _matching(pattern: str, names: list[str]) -> list[str]:
    if not safe_pattern(pattern, ""):
        return []
    try:
        compiled = re.compile(f"^{pattern}")
    except (re.error, RecursionError):
        return []
    return [name for name in names if len(name) <= 1000 and compiled.search(name)]


def _by_embeddings(built: Built, module: ModuleObject) -> dict[str, str]:
    """4.x: the output embeddings take the input embeddings' weight; what else is tied, the source does itself."""
    ev = built.ev
    try:
        output = ev.call(ev.getattr(module, "get_output_embeddings"), [], {})
        if not isinstance(output, ModuleObject):
            return {}
        inside = ev.call(ev.getattr(module, "get_input_embeddings"), [], {})
    except Raised:
        return {}
    names = {id(one): name for name, one in built.modules.items()}
    if not isinstance(inside, ModuleObject) or id(inside) not in names or id(output) not in names:
        return {}
    if not isinstance(output.params.get("weight"), Tensor):
        return {}
    return {f"{names[id(output)]}.weight": f"{names[id(inside)]}.weight"}
