"""Long tables of names, ``OrderedDict([("llama", "LlamaConfig"), ...])``, read without a syntax tree.

A release's mapping tables have hundreds of rows; parsing and compiling each costs more than all else that
finding a class takes. What is not of exactly this form is left to the parser.
"""

from __future__ import annotations

import re
from functools import cache

_HEAD = re.compile(r"[A-Za-z_]\w*\s*(?::[^=\n]+)?=\s*OrderedDict(?:\[[\w, |\[\]]*\])?\((?=\s*[\[#])")
_COMMENT = re.compile(r"#[^\n]*")
_PAIR = re.compile(r'\("([^"\\\n]*)", "([^"\\\n]*)"\)(?:,|(?=\s*\]))')

_NAME = r'"([^"\\\n]*)"'
_GAP = r"(?:\s|#[^\n]*\n)*+"  # possessive: a hostile wheel must not make the search try every split
_OPENING = rf"{_GAP}\[{_GAP}"
_ROW = (
    rf"\({_GAP}{_NAME}{_GAP},{_GAP}(?:{_NAME}|\(((?:{_GAP}\"[^\"\\\n]*\"{_GAP},?)+)\)){_GAP},?{_GAP}\)"
    rf"{_GAP}(,?){_GAP}"
)
_CLOSING = rf"\]{_GAP},?{_GAP}\){_GAP}(?:#[^\n]*)?+"


def literal_table(statement: str) -> dict[str, str | tuple[str, ...]] | None:
    """The table that an assignment binds; None when it is anything but a plain table of names."""
    head = _HEAD.match(statement)
    if head is None:
        return None
    return _pairs(statement[head.end() :]) or _rows(statement, head.end())


def _pairs(body: str) -> dict[str, str | tuple[str, ...]] | None:
    """A table of nothing but pairs, as most are written."""
    if "#" in body:
        body = _COMMENT.sub("", body)
    if "".join(_PAIR.sub("", body).split()) not in ("[])", "[],)"):
        return None
    return dict(_PAIR.findall(body))


def _rows(statement: str, at: int) -> dict[str, str | tuple[str, ...]] | None:
    """A table of any form: pairs over several lines, several names for a key."""
    row_, closing, quoted = _patterns()
    opened = re.compile(_OPENING).match(statement, at)
    if opened is None:
        return None
    made: dict[str, str | tuple[str, ...]] = {}
    at, comma = opened.end(), ","
    while comma and (row := row_.match(statement, at)):
        key, name, names, comma = row.groups()
        if names is not None and names.count(",") == 0:
            return None  # brackets around one name: no tuple
        made[key] = name if names is None else tuple(quoted.findall(names))
        at = row.end()
    return made if closing.fullmatch(statement, at) else None


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    return re.compile(_ROW), re.compile(_CLOSING), re.compile(_NAME)
