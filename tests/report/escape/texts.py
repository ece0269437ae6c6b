"""Texts for property tests: anything Python can hold, with the dangerous parts made likely."""

from __future__ import annotations

from hypothesis import strategies as st

HIDDEN = [
    "\x1b[31m",
    "\x9b",
    "\u202e",
    "\u2066",
    "\ud800",
    "\udfff",
    "\x00",
    "\x7f",
    "\r",
    "\n",
    "\t",
    "\u2028",
]
COMMANDS = ["::", "::error::", "##[error]", "%0A", "=1+1", "-", "+", "\ufffe"]
MARKUP = [
    "|",
    "`",
    "``",
    "<b>",
    "&amp;",
    "]]>",
    "@",
    "#",
    "1.",
    "*",
    "_",
    "\\",
    "[a](b)",
    "<!--",
    "$",
    "~~",
    " ",
]
LINKS = ["https://e.example", "www.e.example", "a@e.example"]
PIECES = st.sampled_from([*HIDDEN, *COMMANDS, *MARKUP, *LINKS])
TEXTS = st.lists(
    PIECES | st.text(st.characters(codec=None, exclude_categories=()), max_size=4), max_size=8
).map("".join)
