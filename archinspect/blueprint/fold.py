"""A blueprint as a tree in which equal neighbours are one: `layers.0-27 x28`."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from math import prod

from msgspec import Struct, field

from archinspect.records import BuiltModel, Gap, Json, ModuleNode, Snapshot, Tensor

from .keys import supplied_keys, unread_keys
from .records import Blueprint


def built_model(blueprint: Blueprint, snapshot: Snapshot, written: Mapping[str, Json]) -> BuiltModel:
    """The blueprint as reports show it; ``written`` is config.json."""
    tensors = tuple(_tensors(blueprint))
    totals = blueprint.totals
    return BuiltModel(
        snapshot=snapshot,
        class_name=blueprint.class_name,
        config_class=blueprint.config_class,
        source=blueprint.source,
        location=blueprint.location,
        root=_folded(_tree(blueprint, tensors)),
        tensors=tensors,
        stored=blueprint.checkpoint,
        totals={
            "total": totals.total,
            "embedding": totals.embedding,
            "non_embedding": totals.non_embedding,
            "model": totals.model,
            **_active(blueprint),
        },
        keys_read=blueprint.config_keys_read,
        keys_supplied=supplied_keys(blueprint, written),
        keys_unread=unread_keys(blueprint, written),
        gaps=tuple(Gap(one.construct, one.location, one.affects) for one in blueprint.unknowns),
        notes=blueprint.notes,
        transient=blueprint.transient,
    )


def _active(blueprint: Blueprint) -> dict[str, int | None]:
    """Parameters that one token meets, where that differs: in a model with experts."""
    fact = blueprint.facts.get("active_parameters")
    if fact is None or (fact.value is None and fact.unknown is None):
        return {}
    return {"active": fact.value}


class _Branch(Struct):
    name: str
    class_name: str = ""
    location: str = ""
    tensors: list[Tensor] = field(default_factory=list)
    children: dict[str, _Branch] = field(default_factory=dict)
    lost: bool = False
    """Something in it could not be read and may hold parameters."""


def _tensors(blueprint: Blueprint) -> Iterator[Tensor]:
    first = {name: group[0] for group in blueprint.tied for name in group[1:]}
    for one in blueprint.parameters:
        yield Tensor(one.name, one.shape, one.location, first.get(one.name))


def _tree(blueprint: Blueprint, tensors: tuple[Tensor, ...]) -> _Branch:
    root = _Branch("", blueprint.class_name, blueprint.location)
    for module in blueprint.modules:
        branch = _at(root, module.path)
        branch.class_name, branch.location = module.class_name, module.location
    for tensor in tensors:
        _at(root, tensor.name.rpartition(".")[0]).tensors.append(tensor)
    if blueprint.totals.model is None:
        for gap in blueprint.unknowns:
            _mark_lost(root, gap.affects)
    return root


def _mark_lost(root: _Branch, path: str) -> None:
    """Mark everything around a part, as far as it is in the tree."""
    branch: _Branch | None = root
    for name in [*path.split("."), ""]:
        if branch is None:
            return
        branch.lost = True
        branch = branch.children.get(name)


def _at(root: _Branch, path: str) -> _Branch:
    for name in filter(None, path.split(".")):
        root = root.children.setdefault(name, _Branch(name))
    return root


def _folded(branch: _Branch) -> ModuleNode:
    children = tuple(_runs([_folded(child) for child in branch.children.values()]))
    own = [_elements(tensor) for tensor in branch.tensors]
    below = [None if child.elements is None else child.elements * child.count for child in children]
    parts = [*own, *below]
    lost = branch.lost or any(part is None for part in parts)
    elements = None if lost else sum(part or 0 for part in parts)
    return ModuleNode(
        branch.name, branch.class_name, branch.location, 1, elements, tuple(branch.tensors), children
    )


def _elements(tensor: Tensor) -> int | None:
    if tensor.tied_to is not None:
        return 0
    return None if tensor.shape is None else prod(tensor.shape)


def _runs(nodes: list[ModuleNode]) -> Iterator[ModuleNode]:
    """Neighbours with numbers for names and the same inside become one."""
    run: list[ModuleNode] = []
    for node in nodes:
        if run and not (node.name.isdecimal() and run[0].name.isdecimal() and _look(node) == _look(run[0])):
            yield _merged(run)
            run = []
        run.append(node)
    if run:
        yield _merged(run)


def _merged(run: list[ModuleNode]) -> ModuleNode:
    first = run[0]
    if len(run) == 1:
        return first
    name = f"{first.name}-{run[-1].name}"
    return ModuleNode(
        name, first.class_name, first.location, len(run), first.elements, first.tensors, first.children
    )


def _look(node: ModuleNode) -> Hashable:
    """What two equal modules share: everything but their place in the tree."""
    tensors = tuple((tensor.name.rpartition(".")[2], tensor.shape, tensor.tied_to) for tensor in node.tensors)
    children = tuple((child.name, child.count, _look(child)) for child in node.children)
    return node.class_name, node.elements is None, tensors, children
