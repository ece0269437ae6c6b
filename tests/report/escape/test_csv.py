import csv
import io

import pytest
from hypothesis import given

from archinspect.report.escape.csv import csv_text
from tests.report.escape.texts import TEXTS


@given(TEXTS)
def test_no_cell_is_a_formula_or_a_second_line(text: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerow([csv_text(text), "end"])
    ((cell, end),) = csv.reader(io.StringIO(out.getvalue()))
    assert end == "end"
    assert cell.lstrip()[:1] not in ("=", "+", "-", "@")
    assert not {"\t", "\r", "\n"} & set(cell)
    assert not cell.lstrip().startswith("::")


@pytest.mark.parametrize("text", ["=1+1", " =1", "+1", "-1", "@SUM(A1)", "＝1"])
def test_what_begins_a_formula_gets_an_apostrophe(text: str) -> None:
    assert csv_text(text) == "'" + text


def test_ordinary_text_is_untouched() -> None:
    assert csv_text("RMSNorm (no affine)") == "RMSNorm (no affine)"
