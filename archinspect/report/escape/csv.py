"""For CSV that a spreadsheet may open: text must not become a formula.

https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

from archinspect.report.escape.terminal import harmless
from archinspect.report.escape.visible import visible

FORMULA = tuple("=+-@＝＋－＠")
"""The full-width signs too: some spreadsheets fold them."""


def csv_text(text: str) -> str:
    """The text of one cell: hidden characters written out, an apostrophe before what begins a formula.

    Only for text: a number keeps its sign.
    """
    shown = harmless(visible(text))
    return "'" + shown if shown.lstrip().startswith(FORMULA) else shown
