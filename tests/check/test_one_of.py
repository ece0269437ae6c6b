"""kind = "one-of"."""

from __future__ import annotations

from typing import Any

import pytest

from archinspect.check.one_of import one_of


@pytest.mark.parametrize(("observed", "word"), [("GQA", "holds"), ("MHA", "breaks"), (None, "breaks")])
def test_one_of(observed: Any, word: str) -> None:
    assert one_of.of_value is not None
    assert one_of.of_value(observed, {"values": ["GQA", "MQA"]}).word == word
