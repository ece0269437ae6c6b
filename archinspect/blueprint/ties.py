"""Which parameters are one tensor: shared by construction, or tied under the config's flag.

5.x declares ties as mappings of names (``_tied_weights_keys``) on each sub-model. 4.x shares tensors in
``tie_weights``, whose rules changed from release to release: the tree's own method is interpreted. Which
style a tree has is read in its ``modeling_utils``.
"""

from __future__ import annotations

import re

from archinspect.hints import TYPE_CHECKING, Any

from .interp.values import MISSING, ConfigObject, ModuleObject, Raised, Unknown
from .library.own_methods import PLACE, by_mapping
from .library.stdlib import safe_pattern

if TYPE_CHECKING:
    from .build import Built
    from .interp.evaluator import Evaluator

MAX_NAME = 1000


def tied_groups(built: Built) -> list[tuple[str, ...]]:
    """Groups of names, each in the order of the parameters, of two names or more."""
    leader: dict[str, str] = {}

    def find(name: str) -> str:
        while leader.get(name, name) != name:
            name = leader[name]
        return name

    first: dict[int, str] = {}
    for name, tensor in built.parameters.items():
        leader[name] = first.setdefault(id(tensor), name)
    for target, source in declared(built).items():
        if target in built.parameters and source in built.parameters:
            leader[find(target)] = find(source)
    groups: dict[str, list[str]] = {}
    for name in built.parameters:
        groups.setdefault(find(name), []).append(name)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def tie_modules(ev: Evaluator, root: ModuleObject) -> None:
    """4.x: ``tie_weights`` of the model, by the class's own rules or the library's. Nothing under 5.x."""
    if by_mapping(ev):
        return
    try:
        ev.call(ev.getattr(root, "tie_weights"), [], {})
    except Raised as error:
        ev.note(ev.unknown(f"tying weights of {root.cls.name} raises {error.value!r}"))


def _flag(built: Built, path: str, module: ModuleObject) -> bool:
    """Whether this sub-model's config turns its ties on; noted as unsettled when that is not known."""
    ev = built.ev
    config = module.attrs.get("config")
    if not isinstance(config, ConfigObject):
        return False
    try:
        if config.path is not None:
            # The library's own code reads the key, not the model's.
            key = f"{config.path}.tie_word_embeddings".removeprefix(".")
            owner = ev.tree.owner(PLACE)
            ev.reads.setdefault(key, (owner and owner.place(PLACE)) or "?")
        flag = ev.find(config, "tie_word_embeddings")
        turned_on = flag is not MISSING and ev.truth_value(flag)
        if isinstance(turned_on, Unknown):
            built.unsettled[f"{path}.tie_word_embeddings".removeprefix(".")] = (
                turned_on.why,
                turned_on.where,
            )
        return turned_on is True
    except Raised:
        return False


def declared(built: Built) -> dict[str, str]:
    """``target: source`` of every sub-model that declares ties and whose config turns them on."""
    found: dict[str, str] = {}
    if not by_mapping(built.ev):
        return found
    for path, module in built.modules.items():
        keys = module.attrs.get("_tied_weights_keys", module.cls.find("_tied_weights_keys"))
        if isinstance(keys, dict) and keys and module.cls.mark("pretrained") and _flag(built, path, module):
            for target, source in _expanded(built, f"{path}." if path else "", keys).items():
                found.setdefault(target, source)
    return found


def _expanded(built: Built, prefix: str, keys: dict[Any, Any]) -> dict[str, str]:
    """A mapping of names, modules or patterns as a mapping of parameter names."""
    names = [name[len(prefix) :] for name in built.parameters if name.startswith(prefix)]
    present = set(names)
    found: dict[str, str] = {}
    for target, source in keys.items():
        if not isinstance(target, str) or not isinstance(source, str):
            continue
        if target in present and source in present:
            found[prefix + target] = prefix + source
            continue
        targets, sources = (sorted(_matching(built.ev, one, names)) for one in (target, source))
        if sources and len(targets) % len(sources) == 0:
            for position, one in enumerate(targets):
                origin = prefix + sources[position % len(sources)]
                found[prefix + one] = found.get(origin, origin)
    return found


def _matching(ev: Evaluator, pattern: str, names: list[str]) -> list[str]:
    names = [name for name in names if len(name) <= MAX_NAME]
    if not safe_pattern(f"^{pattern}", max(names, key=len, default="")):
        return []
    try:
        compiled = re.compile(f"^{pattern}")
    except (re.error, RecursionError, OverflowError):
        return []
    found = []
    for position, name in enumerate(names):
        if not position & 15:  # patterns come from the source: each takes a moment, not all together
            ev.budget.check()
        if compiled.search(name):
            found.append(name)
    return found
