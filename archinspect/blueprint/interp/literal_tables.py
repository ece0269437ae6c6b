"""Long tables of names, ``OrderedDict([("llama", "LlamaConfig"), ...])``, read without a syntax tree.

A release's mapping tables have hundreds of rows; parsing and compiling each costs more than all else that
finding a class takes. What is not of exactly this form is left to the parser.
"""

from __future__ import annotations

import re

_NAME = r'"([^"\\\n]*)"'
_GAP = r"(?:\s|#[^\n]*\n)*+"  # possessive: a hostile wheel must not make the search try every split
_HEAD = re.compile(rf"[A-Za-z_]\w*\s*(?::[^=\n]+)?=\s*OrderedDict(?:\[[\w, |\[\]]*\])?\({_GAP}\[{_GAP}")
_ROW = re.compile(
    rf"\({_GAP}{_NAME}{_GAP},{_GAP}(?:{_NAME}|\(((?:{_GAP}\"[^\"\\\n]*\"{_GAP},?)+)\)){_GAP},?{_GAP}\){_GAP}(,?){_GAP}"
)
_TAIL = re.compile(rf"\]{_GAP},?{_GAP}\){_GAP}(?:#[^\n]*)?+")
_QUOTED = re.compile(_NAME)


def literal_table(statement: str) -> dict[str, str | tuple[str, ...]] | None:
    """The table that an assignment binds; None when it is anything but a plain table of names."""
    head = _HEAD.match(statement)
    if head is None:
        return None
    made: dict[str, str | tuple[str, ...]] = {}
    at, comma = head.end(), ","
    while comma and (row := _ROW.match(statement, at)):
        key, name, names, comma = row.groups()
        if names is not None and names.count(",") == 0:
            return None  # brackets around one name: no tuple
        made[key] = name if names is None else tuple(_QUOTED.findall(names))
        at = row.end()
    return made if _TAIL.fullmatch(statement, at) else None
