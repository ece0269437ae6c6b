import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase

from archinspect.records import Audit
from archinspect.report import render
from tests.report.results import AUDIT, VIEW, hostile


def cases(audit: Audit) -> dict[str, TestCase]:
    read = JUnitXml.fromstring(render(audit, "junit", VIEW).encode("utf-8"))
    assert (read.tests, read.failures, read.errors, read.skipped) == (8, 2, 2, 2)
    return {case.name: case for suite in read for case in suite}


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("tiny/kv-heads", Failure),
        ("all-swiglu", Failure),
        ("closed/heads", Error),
        ("closed: could be looked at", Error),
        ("tiny/norm", Skipped),
        ("tiny/tokens", Skipped),
        ("tiny/heads", None),
        ("tiny/vocabulary", None),
    ],
)
def test_one_case_per_claim(name: str, outcome: type | None) -> None:
    case = cases(AUDIT)[name]
    assert [type(item) for item in case.result] == ([outcome] if outcome else [])


def test_a_failure_says_what_is_documented_and_observed() -> None:
    (failure,) = cases(AUDIT)["tiny/kv-heads"].result
    assert failure.text == (
        "num_key_value_heads documented: 4 (A Small Model, 2.1)\n"
        "observed: 8 (at config.json#/num_key_value_heads)"
    )


def test_an_acknowledged_contradiction_passes_and_says_so() -> None:
    assert "acknowledged until 2027-06-30: the report counts" in cases(AUDIT)["tiny/vocabulary"].system_out


def test_hostile_texts_stay_text() -> None:
    assert len(cases(hostile(AUDIT))) == 8
    document = render(hostile(AUDIT), "junit", VIEW)
    assert "##[" not in document
    assert not [line for line in document.splitlines() if line.lstrip().startswith("::")]
