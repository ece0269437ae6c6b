"""Characters that show nothing or steer the reader's screen, written out so that they can be seen.

Used by every format: an escape sequence is as unwelcome in a Markdown page or a CI log as in a
terminal.
"""

from __future__ import annotations

import unicodedata

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls (C0, DEL, C1), format characters (bidi, zero width, tags), lone surrogates, separators. What is
no character at all (U+FFFE, U+FFFF and their like) is written out too."""
NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    """The text on one line, each hidden character as a backslash escape: `\\n`, `\\x1b`, `\\u202e`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_written(char) if _hidden(char) else char for char in text)


def _hidden(char: str) -> bool:
    return unicodedata.category(char) in HIDDEN or ord(char) & 0xFFFE == 0xFFFE


def _written(char: str) -> str:
    if char in NAMED:
        return NAMED[char]
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
