"""Names that annotations need, for modules that a first look waits for: `typing` itself is imported by type
checkers only.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any as Any
else:
    Any = object
