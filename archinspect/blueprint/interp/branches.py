"""Truth, and branches on conditions that are not known.

Neither arm is taken silently: each runs on a copy of the local names, writes to objects are journalled
and undone, and
where the arms disagree the value becomes unknown (for tensors of one shape: a ``select`` of both). An arm
that raises is a
refusal of the input, so the other arm is what a model that exists has gone through.
"""

from __future__ import annotations

from archinspect.hints import Any

from .frame import RETURN, Frame, Signal
from .function_code import Closure
from .values import (
    MISSING,
    External,
    FunctionValue,
    Instance,
    ModuleObject,
    Raised,
    Tensor,
    Unknown,
)


def truth(ev: Any, value: Any) -> bool | None:
    """Whether a value counts as true; None when that is not known."""
    kind = type(value)
    if kind is bool:
        return value  # type: ignore[no-any-return]
    if value is None:
        return False
    if kind is Unknown:
        return None
    if kind is Tensor:
        return None if value.data is None or isinstance(value.data, list) else bool(value.data)
    if kind in (int, float, str, list, tuple, dict, set, frozenset, range, bytes):
        return bool(value)
    if kind is ModuleObject:
        return bool(value.children) if value.cls.mark("container") else True
    if isinstance(value, Instance):
        return _object_truth(ev, value)
    if kind is External:
        return None
    return True


def _object_truth(ev: Any, value: Instance) -> bool | None:
    for name in ("__bool__", "__len__"):
        method = value.cls.find(name)
        if type(method) is FunctionValue:
            return truth(ev, ev.call(method, [value], {}))
    return bool(value.native) if value.native is not None else True


def truth_value(ev: Any, value: Any) -> Any:
    """``bool(value)`` as a value."""
    known = truth(ev, value)
    if known is None:
        return value if isinstance(value, Unknown) else ev.unknown("the truth of a tensor")
    return known


def fork(ev: Any, frame: Frame, arms: list[list[Closure]], *, loop: bool = False) -> Signal:
    """Run every arm of a branch on an unknown condition and merge what they leave."""
    from .statements import run_block

    outcomes = []
    failure: Raised | None = None
    names, start = frame.vars, dict(frame.vars)
    for arm in arms:
        frame.vars = dict(start)
        ev.journal.append({})
        try:
            signal: Signal = run_block(arm, frame)
            outcomes.append((frame.vars, signal, frame.ret, _rollback(ev)))
        except Raised as error:
            failure = error
            _rollback(ev)
        except BaseException:
            ev.journal.pop()
            raise
        finally:
            frame.vars = names
    if not outcomes:
        raise failure if failure is not None else AssertionError("a branch without arms")
    # At a module's own level an arm may have asked for a name that was bound for the whole module then.
    asked = {name: value for name, value in names.items() if name not in start}
    alone = len(outcomes) == 1 and not loop
    signal = _adopt(ev, frame, outcomes[0]) if alone else _merge_outcomes(ev, frame, outcomes)
    for name, value in asked.items():
        frame.vars.setdefault(name, value)
    return signal


def _adopt(ev: Any, frame: Frame, outcome: Any) -> Signal:
    names, signal, ret, changes = outcome
    frame.vars.clear()
    frame.vars.update(names)
    frame.ret = ret
    for table, changed in changes:
        _write(ev, table, changed)
    return signal  # type: ignore[no-any-return]


def _merge_outcomes(ev: Any, frame: Frame, outcomes: list[Any]) -> Signal:
    leaving = [one for one in outcomes if one[1] is RETURN]
    staying = [one for one in outcomes if one[1] is not RETURN]
    if not staying:
        frame.ret = merge(ev, [one[2] for one in leaving])
        _merge_changes(ev, outcomes)
        return RETURN
    if leaving:
        frame.pending = [*(frame.pending or []), *(one[2] for one in leaving)]
    _merge_changes(ev, outcomes)
    names = dict.fromkeys(name for one in staying for name in one[0])
    before = frame.vars
    merged = {name: merge(ev, [one[0].get(name, MISSING) for one in staying]) for name in names}
    before.clear()
    before.update({name: value for name, value in merged.items() if value is not MISSING})
    return None


def _merge_changes(ev: Any, outcomes: list[Any]) -> None:
    tables: dict[int, Any] = {}
    for one in outcomes:
        for table, changed in one[3]:
            tables.setdefault(id(table), (table, {}))[1].update(dict.fromkeys(changed))
    for table, keys in tables.values():
        merged = {}
        for key in keys:
            now = _read(table, key)
            values = []
            for one in outcomes:
                mine: dict[Any, Any] = next((changed for other, changed in one[3] if other is table), {})
                values.append(mine.get(key, now))
            merged[key] = merge(ev, values)
        _write(ev, table, merged)


def _read(table: Any, key: Any) -> Any:
    if isinstance(table, dict):
        return table.get(key, MISSING)
    return list(table) if isinstance(table, list) else set(table)


def _write(ev: Any, table: Any, changed: dict[Any, Any]) -> None:
    for key, value in changed.items():
        if isinstance(table, dict):
            journal_write(ev, table, key)
            if value is MISSING:
                table.pop(key, None)
            else:
                table[key] = value
        elif isinstance(value, list | set):
            journal_native(ev, table)
            table.clear()
            table.extend(value) if isinstance(table, list) else table.update(value)


def _rollback(ev: Any) -> list[tuple[Any, dict[Any, Any]]]:
    """Undo the innermost journal; what was changed, with its new values."""
    changes = []
    for table, old in ev.journal.pop().values():
        changes.append((table, {key: _read(table, key) for key in old}))
        for key, value in old.items():
            if isinstance(table, dict):
                if value is MISSING:
                    table.pop(key, None)
                else:
                    table[key] = value
            else:
                table.clear()
                table.extend(value) if isinstance(table, list) else table.update(value)
    return changes


def journal_write(ev: Any, table: dict[Any, Any], key: Any) -> None:
    """Called before a key of a table is set or removed."""
    ev.writes += 1
    if ev.journal:
        old = ev.journal[-1].setdefault(id(table), (table, {}))[1]
        if key not in old:
            old[key] = table.get(key, MISSING)


def journal_native(ev: Any, value: Any) -> None:
    """Called before a list, dict or set is changed as a whole."""
    ev.writes += 1
    if not ev.journal:
        return
    if isinstance(value, dict):
        for key in value:
            journal_write(ev, value, key)
    else:
        old = ev.journal[-1].setdefault(id(value), (value, {}))[1]
        old.setdefault("", list(value) if isinstance(value, list) else set(value))


def journal_names(ev: Any, frame: Frame) -> None:
    """Called before an enclosing function's local is set."""
    if ev.journal:
        for name in frame.vars:
            journal_write(ev, frame.vars, name)


def either(ev: Any, frame: Frame, choices: list[Closure]) -> Any:
    """A conditional expression on an unknown condition."""
    values = []
    failure = None
    for choice in choices:
        try:
            values.append(choice(frame))
        except Raised as error:
            failure = error
    if not values and failure is not None:
        raise failure
    return merge(ev, values)


def join_boolean(ev: Any, first: Any, last: Any, stop: bool) -> Any:
    """``a or b`` with ``a`` of unknown truth."""
    known = truth(ev, last)
    if known is stop and isinstance(last, bool):
        return first if isinstance(first, Unknown) else ev.unknown("a condition on a tensor")
    return merge(ev, [first, last])


def merge(ev: Any, values: list[Any]) -> Any:
    """One value standing for several possible ones."""
    first = values[0]
    if all(one is first for one in values):
        return first
    known = [one for one in values if one is not MISSING]
    if len(known) < len(values):
        return ev.unknown("bound in one arm only of a branch on an unknown condition")
    for one in values:
        if isinstance(one, Unknown):
            return one
    if isinstance(first, int | float | str) and all(
        type(one) is type(first) and one == first for one in values
    ):
        return first
    if all(isinstance(one, Tensor) for one in values):
        return ev.library.select(ev, values)
    if isinstance(first, tuple) and all(isinstance(one, tuple) and len(one) == len(first) for one in values):
        return tuple(merge(ev, list(parts)) for parts in zip(*values, strict=True))
    if isinstance(first, list) and all(isinstance(one, list) and len(one) == len(first) for one in values):
        return [merge(ev, list(parts)) for parts in zip(*values, strict=True)]
    if _alike(values):
        made = Instance(first.cls)
        for key in first.attrs:
            made.attrs[key] = merge(ev, [one.attrs.get(key, MISSING) for one in values])
        return made
    return ev.unknown("depends on a condition that is not known")


def _alike(values: list[Any]) -> bool:
    """Whether all are plain objects of one class."""
    first = values[0]
    if not isinstance(first, Instance) or isinstance(first, ModuleObject):
        return False
    return all(isinstance(one, Instance) and one.cls is first.cls for one in values)
