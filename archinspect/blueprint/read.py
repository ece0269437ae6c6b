"""``read_blueprint``: a model's blueprint from its config and a source tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archinspect.errors import BlueprintError

from .build import Built, build_from, build_model
from .checkpoint import checkpoint_names
from .config_values import config_values
from .configs import bounded, build_config, config_of_type, evaluator, model_of_type, released, run_bounded
from .ends import Ends
from .forward import trace_forward
from .interp.budget import Limits
from .interp.values import (
    ClassMethod,
    ClassValue,
    ConfigObject,
    FunctionValue,
    ModuleObject,
    Raised,
    StaticMethod,
    Tensor,
    Unknown,
)
from .missing_parts import missing_parts
from .reading import ModuleView, Reading, elements_below, lists_of_layers
from .recorder import defined, simple_attributes
from .records import CHECKPOINT_NAMES, Blueprint, ModuleRecord, Parameter, Totals
from .records import Unknown as UnknownRecord
from .resolved import ResolvedConfig, describe_config
from .tensors import known_shape
from .tree import SourceTree

_METHODS = "<methods>"  # no name of Python's, so that no attribute is shadowed


def read_blueprint(config: Mapping[str, Any], tree: SourceTree, *, limits: Limits | None = None) -> Blueprint:
    """The model that the source builds from this config, and what its forward does.

    ``config`` is the content of config.json (a quantised model's gives its logical parameters). Raises
    BlueprintError, and
    nothing else, when there is no such class, when it refuses the config, or when a bound is exceeded.
    """
    _, blueprint = read_source(config, tree, limits=limits)
    if isinstance(blueprint, BlueprintError):
        raise blueprint
    return blueprint


def read_source(
    config: Mapping[str, Any], tree: SourceTree, *, limits: Limits | None = None
) -> tuple[ResolvedConfig, Blueprint | BlueprintError]:
    """What the config's class makes of it, and the model built from that or why there is none.

    Raises BlueprintError, and nothing else, when there is no config class or it refuses the config.
    """

    def work() -> tuple[ResolvedConfig, Blueprint | BlueprintError]:
        with bounded(config_of_type(config)):
            ev = evaluator(tree, limits)
            made, notes = build_config(ev, config)
            resolved = describe_config(ev, made, config, notes)
        try:
            with bounded(model_of_type(config)):
                return resolved, _complete(build_from(ev, config, made, notes), config)
        except BlueprintError as error:
            return resolved, released(error)

    return run_bounded(model_of_type(config), work)


def _complete(built: Built, config: Mapping[str, Any]) -> Blueprint:
    from .facts import derive

    reading = _traced(built)
    return _blueprint(reading, built, config, derive(reading))


def read_model(
    config: Mapping[str, Any], tree: SourceTree, *, limits: Limits | None = None
) -> tuple[Reading, Built]:
    """The built model and its trace, before any conclusion. Raises BlueprintError."""

    def work() -> tuple[Reading, Built]:
        built = build_model(evaluator(tree, limits), config)
        return _traced(built), built

    return run_bounded(model_of_type(config), work)


def _traced(built: Built) -> Reading:
    traced = trace_forward(built)
    return _reading(built, traced.trace, traced.unknown)


def _reading(built: Built, trace: Any, why: str | None) -> Reading:
    ev = built.ev
    names = {id(module): path for path, module in reversed(built.modules.items())}
    text_path = _text_path(built, names)
    unknowns: dict[str, str] = {}
    modules = {path: _view(path, module) for path, module in built.modules.items()}
    parameters = {name: _parameter(name, tensor) for name, tensor in built.parameters.items()}
    embedding, head = (_path_of(built, names, f"get_{one}_embeddings") for one in ("input", "output"))
    if trace is not None and f"{embedding}.weight" not in parameters:
        embedding = Ends(trace, modules, parameters, built.tied, why is None).embedding() or embedding
    if trace is not None and head is None:
        head = Ends(trace, modules, parameters, built.tied, why is None).head(embedding)
    return Reading(
        source=ev.tree.label,
        class_name=built.cls.name,
        config_class=built.config.cls.name,
        config=config_values(ev, built.text, "", unknowns),
        root_config=config_values(ev, built.config, "", unknowns),
        modules=modules,
        parameters=parameters,
        tied=tuple(built.tied),
        text_path=text_path,
        layers_path=_layers_path(modules, parameters, text_path),
        embedding_path=embedding,
        head_path=head,
        trace=trace,
        trace_unknown=why,
        config_keys_read=dict(ev.reads),
        missing=missing_parts(built),
    )


def _view(path: str, module: ModuleObject) -> ModuleView:
    prefix = f"{path}." if path else ""
    return ModuleView(
        path,
        module.cls.name,
        tuple(one.name for one in module.cls.mro),
        defined(module.cls),
        simple_attributes(module),
        {name: known_shape(one) for name, one in module.params.items() if isinstance(one, Tensor)},
        {name: prefix + name for name, one in module.children.items() if isinstance(one, ModuleObject)},
        _own_methods(module.cls),
    )


def _own_methods(cls: ClassValue) -> frozenset[str]:
    """Functions that the class and its bases define in the source, those of the library left out."""
    found = cls.cache.get(_METHODS)
    if found is None:
        kinds = (FunctionValue, StaticMethod, ClassMethod)
        own = (one.ns for one in cls.mro if one.module is not None)
        found = frozenset(name for names in own for name, value in names.items() if isinstance(value, kinds))
        cls.cache[_METHODS] = found
    return found


def _parameter(name: str, tensor: Tensor) -> Parameter:
    shape = known_shape(tensor)
    return Parameter(
        name, shape, tensor.location, None if shape is not None else "its size could not be worked out"
    )


def _path_of(built: Built, names: dict[int, str], method: str) -> str | None:
    """Where the module sits that one of the model's own accessors names."""
    try:
        found = built.ev.call(built.ev.getattr(built.root, method), [], {})
    except Raised:
        return None
    return names.get(id(found)) if isinstance(found, ModuleObject) else None


def _text_path(built: Built, names: dict[int, str]) -> str:
    """The text decoder's base model: the innermost pretrained module with the text config and the layers."""
    best = ""
    for path, module in built.modules.items():
        if not module.cls.mark("pretrained"):
            continue
        config = module.attrs.get("config")
        own = isinstance(config, ConfigObject) and config.path == built.text.path
        if own and (path == best or path.startswith(f"{best}.") or not best):
            best = path
    return best


def _layers_path(
    modules: Mapping[str, ModuleView], parameters: Mapping[str, Parameter], text_path: str
) -> str | None:
    """Of the lists directly in the text decoder the longest, or one in sequence that holds more."""
    base = modules.get(text_path)
    if base is None:
        return None
    lists = lists_of_layers({path: modules[path] for path in base.children.values()}, modules)
    plain = [(len(one.children), path) for path, one in lists.items() if one.class_name == "ModuleList"]
    others = [path for path, one in lists.items() if one.class_name != "ModuleList"]
    found = [*([max(plain)[1]] if plain else []), *others]
    return max(found, key=lambda path: elements_below(parameters, path), default=None)


def totals(built: Built, text_path: str, embedding: str | None, head: str | None) -> Totals:
    """Unique elements: the text decoder with its head, its input embedding, and everything."""
    if missing_parts(built):
        return Totals(None, None, None, None)
    leader = {name: group[0] for group in built.tied for name in group}
    whole: dict[str, int | None] = {}
    text: set[str] = set()
    inside = f"{text_path}." if text_path else ""
    for name, tensor in built.parameters.items():
        shape = known_shape(tensor)
        unique = leader.get(name, name)
        whole[unique] = Parameter(name, shape, "").elements
        if name.startswith(inside) or (head is not None and name.startswith(f"{head}.")):
            text.add(unique)
    table = next((one for one in (f"{embedding}.weight",) if one in built.parameters), None)
    rows = whole.get(leader.get(table, table)) if table is not None else None
    total = _sum([whole[name] for name in text])
    ends = {leader.get(name, name) for name in built.parameters if head and name.startswith(f"{head}.")}
    ends |= {leader.get(table, table)} if table is not None else set()
    both = _sum([whole[name] for name in ends])
    rest = total - both if total is not None and both is not None and rows is not None else None
    return Totals(total, rows, rest, _sum(list(whole.values())))


def _sum(parts: list[int | None]) -> int | None:
    return None if any(one is None for one in parts) else sum(one or 0 for one in parts)


def _blueprint(reading: Reading, built: Built, config: Mapping[str, Any], facts: Any) -> Blueprint:
    resolved = describe_config(built.ev, built.config, config, built.notes)
    module = built.cls.module
    return Blueprint(
        class_name=reading.class_name,
        config_class=reading.config_class,
        source=reading.source,
        location=f"{module.label}#L{built.cls.line}" if module is not None else "?",
        modules=tuple(
            ModuleRecord(one.path, one.class_name, one.location, one.bases, one.attributes)
            for one in reading.modules.values()
        ),
        parameters=tuple(reading.parameters.values()),
        tied=reading.tied,
        checkpoint=checkpoint_names(built),
        totals=totals(built, reading.text_path, reading.embedding_path, reading.head_path),
        text_path=reading.text_path,
        config_values=resolved.values,
        config_keys_read=reading.config_keys_read,
        unknowns=unknowns(built, reading),
        notes=tuple(built.notes),
        facts=facts,
        transient=built.ev.budget.exhausted,
    )


def unknowns(built: Built, reading: Reading) -> tuple[UnknownRecord, ...]:
    """What the reader could not know and may bear on the model: unknown sizes, attributes and forward
    parts.
    """
    found: dict[UnknownRecord, None] = {}
    for name, one in reading.parameters.items():
        if one.shape is None:
            found[UnknownRecord(one.unknown or "", one.location, name)] = None
    for path, module in built.modules.items():
        base = module.cls.mark("part unknown")
        if base is not None:
            found[UnknownRecord(base.why, base.where, path)] = None
        for key, value in (*module.attrs.items(), *module.children.items(), *module.params.items()):
            if isinstance(value, Unknown):
                found[UnknownRecord(value.why, value.where, f"{path}.{key}" if path else key)] = None
    if built.loading_unknown is not None:
        lost = built.loading_unknown
        found[UnknownRecord(lost.why, lost.where, CHECKPOINT_NAMES)] = None
    if reading.trace_unknown is not None:
        found[UnknownRecord(reading.trace_unknown, "", "forward")] = None
    return tuple(found)


__all__ = ["BlueprintError", "read_blueprint", "read_model", "totals"]
