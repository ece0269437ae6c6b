"""For XML 1.0, whose documents cannot hold every character even when escaped."""

from __future__ import annotations

from archinspect.report.escape.visible import visible


def xml_text(text: str) -> str:
    """The text with every character that XML 1.0 forbids written out; markup is the serialiser's part.

    Line breaks stay.
    """
    return "\n".join(visible(line) for line in text.split("\n"))


def harmless_xml(document: str) -> str:
    """A serialised document in whose lines a CI's runner finds no `##[` command; it parses to the same."""
    return document.replace("##[", "#&#35;[")
