"""Any result -> text. Formats return strings; only the command line prints. See docs/adding-a-format.md.

`render(result, format, View(...))` · `formats()` by name · `format_for(path)` by suffix ·
`schema(kind)` of a JSON report · `clean(text)` for messages · `terminal_view` for standard output.
"""

from archinspect.report._engine import Format, Presentation, Rows, format_for, formats, render
from archinspect.report._schema import schema, schema_kinds
from archinspect.report._view import View, terminal_view
from archinspect.report.escape.terminal import clean

__all__ = [
    "Format",
    "Presentation",
    "Rows",
    "View",
    "clean",
    "format_for",
    "formats",
    "render",
    "schema",
    "schema_kinds",
    "terminal_view",
]
