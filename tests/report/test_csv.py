import csv
import io
from typing import Any

import pytest

from archinspect.report import View, render
from tests.report.results import AUDIT, RESULTS, TABLE, VIEW, hostile


def read(result: Any, view: View = VIEW) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render(result, "csv", view), newline="")))


def test_a_row_per_claim() -> None:
    found = {row["id"]: row for row in read(AUDIT)}
    assert len(found) == 7
    row = found["tiny/kv-heads"]
    assert (row["verdict"], row["expected"], row["observed"]) == ("contradicted", "4", "8")
    assert row["registry"] == "registry.toml:7"
    assert found["tiny/vocabulary"]["acknowledged"] == "true"


def test_unknown_is_empty_and_a_known_absence_is_null() -> None:
    row = read(TABLE)[0]
    assert (row["num_key_value_heads"], row["sliding_window"], row["norm_type"]) == ("8", "null", "")


@pytest.mark.parametrize("name", RESULTS)
def test_no_cell_is_a_formula(name: str) -> None:
    result, view = RESULTS[name]
    rows = list(csv.reader(io.StringIO(render(hostile(result, "=1+1\n@x\x1b"), "csv", view), newline="")))
    assert len({len(row) for row in rows}) == 1
    for cell in (cell for row in rows for cell in row):
        assert cell.lstrip()[:1] not in ("=", "+", "@")
        assert cell.isprintable()
