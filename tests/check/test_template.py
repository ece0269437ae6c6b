"""kind = "template"."""

from __future__ import annotations

from typing import Any

import pytest

from archinspect.check.template import template

FOUND = {"present": True, "thinking_toggle": True, "tools": False, "emits_bos": None}


@pytest.mark.parametrize(
    ("observed", "params", "word"),
    [
        (FOUND, {"can": ["thinking_toggle"]}, "holds"),
        (FOUND, {"can": ["thinking_toggle"], "cannot": ["tools"]}, "holds"),
        (FOUND, {"can": ["tools"]}, "breaks"),
        (FOUND, {"cannot": ["thinking_toggle"]}, "breaks"),
        (FOUND, {"can": ["emits_bos"]}, "cannot_tell"),
        (FOUND, {"can": ["generation_prompt"]}, "cannot_tell"),
        (None, {"can": ["tools"]}, "cannot_tell"),
    ],
)
def test_template(observed: Any, params: dict[str, Any], word: str) -> None:
    assert template.of_value is not None
    assert template.of_value(observed, params).word == word
