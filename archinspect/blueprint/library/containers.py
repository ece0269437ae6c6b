"""torch's containers: Sequential, ModuleList, ModuleDict and those of parameters."""

from __future__ import annotations

from archinspect.blueprint.interp.items import as_dict, iterate
from archinspect.blueprint.interp.values import (
    Builtin,
    ModuleObject,
    Raised,
    Tensor,
    Unknown,
)
from archinspect.hints import Any

from .modules import MODULE_DICT, MODULE_LIST, PARAMETER_DICT, PARAMETER_LIST, SEQUENTIAL

Args = list[Any]
Kwargs = dict[str, Any]


def _fill(ev: Any, self_: ModuleObject, values: Any) -> None:
    for one in iterate(ev, values):
        _append(ev, [self_, one], {})


def _append(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    self_, value = args[0], args[1]
    ev.budget.tick()
    ev.set_module_attribute(self_, str(len(_elements(self_))), value)
    return self_


def _elements(self_: ModuleObject) -> dict[str, Any]:
    return self_.params if self_.cls in (PARAMETER_LIST, PARAMETER_DICT) else self_.children


def _sequential(ev: Any, args: Args, kwargs: Kwargs) -> None:
    if len(args) == 2 and not isinstance(args[1], ModuleObject | Unknown):
        _update(ev, args, kwargs)
    else:
        _fill(ev, args[0], args[1:])


def _list(ev: Any, args: Args, kwargs: Kwargs) -> None:
    values = args[1] if len(args) > 1 else kwargs.get("modules", kwargs.get("values"))
    if values is not None:
        _fill(ev, args[0], values)


def _update(ev: Any, args: Args, kwargs: Kwargs) -> None:
    values = args[1] if len(args) > 1 else kwargs.get("modules", kwargs.get("parameters"))
    if values is None:
        return
    pairs = as_dict(ev, values) if not isinstance(values, list | tuple) else dict(values)
    if isinstance(pairs, Unknown):
        ev.note(pairs)
        return
    for name, one in pairs.items():
        ev.set_module_attribute(args[0], str(name), one)


def _item(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    self_, key = args[0], args[1]
    table = _elements(self_)
    if isinstance(key, slice):
        made = ModuleObject(self_.cls, ev.where())
        made.children.update({str(i): one for i, one in enumerate(list(table.values())[key])})
        return made
    if isinstance(key, Tensor) and isinstance(key.data, int):
        key = key.data
    if isinstance(key, bool) or not isinstance(key, int | str):
        return _picked(ev, self_, key)
    if isinstance(key, int):
        key = str(key + len(table) if key < 0 else key)
    if key in table:
        return table[key]
    raise Raised(ev.exception("KeyError" if self_.cls is MODULE_DICT else "IndexError", key[:100]))


def _picked(ev: Any, self_: ModuleObject, key: Any) -> Any:
    """The member of a list that data picks: any of them, when all are built alike."""
    if ev.trace is not None and self_.cls is MODULE_LIST and isinstance(key, Tensor | Unknown):
        from .alike import stand_in

        found = stand_in(ev, list(self_.children.values()))
        if found is not None:
            return found
    return key if isinstance(key, Unknown) else ev.unknown("an item that depends on data")


def _set_item(ev: Any, args: Args, kwargs: Kwargs) -> None:
    key = args[1]
    if isinstance(key, int | str):
        count = len(_elements(args[0]))
        ev.set_module_attribute(
            args[0], str(key + count if isinstance(key, int) and key < 0 else key), args[2]
        )


def _insert(ev: Any, args: Args, kwargs: Kwargs) -> None:
    values = list(args[0].children.values())
    values.insert(args[1], args[2])
    args[0].children.clear()
    _fill(ev, args[0], values)


_CONTAINER: dict[str, Any] = {
    "__getitem__": _item,
    "__setitem__": _set_item,
    "__len__": lambda ev, args, kwargs: len(_elements(args[0])),
    "__iter__": lambda ev, args, kwargs: list(_elements(args[0]).values()),
    "append": _append,
    "extend": lambda ev, args, kwargs: _fill(ev, args[0], args[1]),
    "insert": _insert,
    "pop": lambda ev, args, kwargs: _elements(args[0]).pop(str(args[1]), None),
}
_MAPPING: dict[str, Any] = {
    **{name: _CONTAINER[name] for name in ("__getitem__", "__setitem__", "__len__", "pop")},
    "__iter__": lambda ev, args, kwargs: list(_elements(args[0])),
    "__contains__": lambda ev, args, kwargs: (
        args[1] in _elements(args[0]) if isinstance(args[1], str) else False
    ),
    "keys": lambda ev, args, kwargs: list(_elements(args[0])),
    "values": lambda ev, args, kwargs: list(_elements(args[0]).values()),
    "items": lambda ev, args, kwargs: list(_elements(args[0]).items()),
    "update": _update,
}


def _run_in_order(ev: Any, args: Args, kwargs: Kwargs) -> Any:
    value = args[1] if len(args) > 1 else kwargs.get("input")
    for one in list(args[0].children.values()):
        value = ev.call(one, [value], {})
    return value


for _cls, _table, _init in (
    (SEQUENTIAL, _CONTAINER, _sequential),
    (MODULE_LIST, _CONTAINER, _list),
    (PARAMETER_LIST, _CONTAINER, _list),
    (MODULE_DICT, _MAPPING, _update),
    (PARAMETER_DICT, _MAPPING, _update),
):
    for _name, _run in {**_table, "__init__": _init}.items():
        _cls.ns[_name] = Builtin(_name, _run)
SEQUENTIAL.ns["forward"] = Builtin("forward", _run_in_order)
