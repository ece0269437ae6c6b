"""kind = "present"."""

from __future__ import annotations

from typing import Any

import pytest

from archinspect.check.present import present


@pytest.mark.parametrize(
    ("observed", "there"),
    [
        (None, False),
        ([None, None], False),
        ([None, 1024], True),
        ([], False),
        ({"factor": 8}, True),
        ({"q": False, "k": False}, False),
        (30.0, True),
        (False, False),
    ],
)
def test_present(observed: Any, there: bool) -> None:
    assert present.of_value is not None
    assert present.of_value(observed, {"value": there}).word == "holds"
    assert present.of_value(observed, {"value": not there}).word == "breaks"
