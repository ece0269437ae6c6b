"""Formatting: f-strings, ``%`` and ``str.format``, with bounded widths and no attribute access."""

from __future__ import annotations

import re

from archinspect.hints import Any

from .values import ClassValue, External, FunctionValue, Instance, Tensor, Unknown

# Compiled when first used, and remembered by `re`: most readings format nothing.
_SPEC = r"(.?[<>=^])?[ +\-]?[#0]*\d{0,4}[,_]?(\.\d{1,3})?[bcdeEfFgGnosxX%]?"
_FIELD = r"\{\{|\}\}|\{([A-Za-z0-9_]*)(?:![rsa])?(?::([^{}]*))?\}"


def show(ev: Any, value: Any, depth: int = 0) -> str | Unknown:
    """``str(value)`` for values whose text is known."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, int | float):
        return str(value)
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Instance):
        method = value.cls.find("__str__")
        if isinstance(method, FunctionValue):
            return show(ev, ev.call(method, [value], {}), depth + 1)
        if isinstance(value.native, str | int) and not value.cls.mark("enum"):
            return str(value.native)
        if value.cls.mark("exception"):
            return ", ".join(str(one) for one in value.attrs.get("args", ()) if isinstance(one, str | int))
        return f"<{value.cls.name} object>"
    if isinstance(value, ClassValue):
        return f"<class '{value.name}'>"
    if isinstance(value, External):
        return value.path
    if isinstance(value, Tensor):
        lost: Unknown = ev.unknown("the text of a tensor")
        return lost
    if isinstance(value, list | tuple | dict | set) and depth < 4 and len(value) < 10_000:
        return _collection(ev, value, depth)
    return f"<{type(value).__name__}>"


def _collection(ev: Any, value: Any, depth: int) -> str:
    ev.budget.charge(len(value))

    def part(one: Any) -> str:
        return repr(one) if isinstance(one, str) else str(show(ev, one, depth + 1))

    if isinstance(value, dict):
        made = ", ".join(f"{part(key)}: {part(one)}" for key, one in value.items())
        return f"{{{made}}}"
    made = ", ".join(part(one) for one in ev.iterate(value))
    ev.budget.characters(len(made))
    if isinstance(value, list):
        return f"[{made}]"
    return f"({made}{',' if len(value) == 1 else ''})" if isinstance(value, tuple) else f"{{{made}}}"


def join_text(ev: Any, frame: Any, parts: list[Any]) -> Any:
    """An f-string."""
    made: list[str] = []
    size = 0
    for part in parts:
        if isinstance(part, str):
            one: Any = part
        else:
            make, conversion, spec = part
            one = formatted(ev, make(frame), spec(frame) if spec is not None else "", conversion)
        if isinstance(one, Unknown):
            return one
        size += len(one)
        ev.budget.characters(size)
        made.append(one)
    return "".join(made)


def formatted(ev: Any, value: Any, spec: Any, conversion: int = -1) -> Any:
    """``format(value, spec)``."""
    if isinstance(spec, Unknown):
        return spec
    if conversion == 114 and isinstance(value, str):
        return repr(value)
    if not spec:
        return show(ev, value)
    if not isinstance(value, int | float | str) or not re.fullmatch(_SPEC, spec):
        return ev.unknown("a format that is not known")
    try:
        return format(value, spec)
    except (ValueError, OverflowError):
        return ev.unknown("a format that does not fit its value")


def percent_format(ev: Any, pattern: str, values: Any) -> Any:
    """``pattern % values`` with plain ``%s`` and ``%d`` only."""
    parts = list(values) if isinstance(values, tuple) else [values]
    pieces = re.split(r"%[sd]", pattern)
    if "%" in "".join(pieces).replace("%%", "") or len(pieces) != len(parts) + 1:
        return ev.unknown("formatting with %")
    made = [pieces[0]]
    for value, piece in zip(parts, pieces[1:], strict=True):
        one = show(ev, value)
        if isinstance(one, Unknown):
            return one
        made += [one, piece]
        ev.budget.characters(sum(map(len, made[-2:])))
    return "".join(made).replace("%%", "%")


def format_method(ev: Any, pattern: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``pattern.format(...)`` with plain field names only: no attributes, no items, no nested fields."""
    if len(re.sub(_FIELD, "", pattern).replace("{", "").replace("}", "")) != len(re.sub(_FIELD, "", pattern)):
        return ev.unknown("str.format with fields that are not plain")
    made: list[str] = []
    size = position = count = 0
    for match in re.finditer(_FIELD, pattern):
        made.append(pattern[position : match.start()])
        position = match.end()
        if match.group(0) in ("{{", "}}"):
            made.append(match.group(0)[0])
            continue
        name = match.group(1)
        if not name:
            name, count = str(count), count + 1
        chosen = args[int(name)] if name.isdigit() and int(name[:6]) < len(args) else kwargs.get(name)
        one = formatted(ev, chosen, match.group(2) or "")
        if isinstance(one, Unknown):
            return one
        size += len(one)
        ev.budget.characters(size + len(pattern))
        made.append(one)
    return "".join(made) + pattern[position:]
