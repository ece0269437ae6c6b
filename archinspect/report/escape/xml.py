"""For XML 1.0, whose documents cannot hold every character even when escaped."""

from __future__ import annotations

from archinspect.report.escape.visible import visible


def xml_text(text: str) -> str:
    """The text with every character that XML 1.0 forbids written out; markup is the serialiser's part.

    Line breaks and tabs stay. U+FFFE, U+FFFF and their like on other planes are no characters.
    """
    lines = ("\t".join(visible(part) for part in line.split("\t")) for line in text.split("\n"))
    return "\n".join("".join(_allowed(char) for char in line) for line in lines)


def _allowed(char: str) -> str:
    code = ord(char)
    return f"\\U{code:08x}" if code & 0xFFFE == 0xFFFE else char
