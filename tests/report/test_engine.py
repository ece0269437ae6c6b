from pathlib import Path

import pytest

from archinspect.errors import UsageError
from archinspect.report import format_for, formats, render, schema, schema_kinds
from archinspect.report._engine import presentations
from tests.report.results import AUDIT, MODEL, RESULTS, VIEW


def test_the_formats() -> None:
    assert list(formats()) == ["csv", "github", "json", "junit", "markdown", "sarif", "table"]
    assert all(item.summary.endswith(".") for item in formats().values())


@pytest.mark.parametrize(
    ("file", "format"),
    [
        ("a.json", "json"),
        ("a.md", "markdown"),
        ("a.xml", "junit"),
        ("a.sarif", "sarif"),
        ("a.csv", "csv"),
        ("A.TXT", "table"),
    ],
)
def test_a_file_has_the_format_of_its_suffix(file: str, format: str) -> None:
    assert format_for(Path(file)) == format


def test_no_two_formats_share_a_suffix() -> None:
    suffixes = [suffix for item in formats().values() for suffix in item.suffixes]
    assert len(suffixes) == len(set(suffixes))


@pytest.mark.parametrize("file", ["a.pdf", "a", ".json"])
def test_an_unknown_suffix_says_which_exist(file: str) -> None:
    with pytest.raises(UsageError) as raised:
        format_for(Path(file))
    assert ".sarif" in (raised.value.hint or "")


def test_an_unknown_format_says_which_exist() -> None:
    with pytest.raises(UsageError) as raised:
        render(AUDIT, "yaml")
    assert "markdown" in (raised.value.hint or "")


def test_formats_for_audits_refuse_other_results() -> None:
    with pytest.raises(UsageError, match="junit is for audits"):
        render(MODEL, "junit")


@pytest.mark.parametrize("name", RESULTS)
def test_every_format_renders_every_result_it_can(name: str) -> None:
    result, view = RESULTS[name]
    for item in formats().values():
        if item.of is None or isinstance(result, item.of):
            assert render(result, item.name, view).endswith("\n")


def test_every_presentation_has_a_schema() -> None:
    assert set(presentations()) == set(schema_kinds())


def test_an_unknown_schema_says_which_exist() -> None:
    with pytest.raises(UsageError) as raised:
        schema("model.json")
    assert "audit" in (raised.value.hint or "")
    with pytest.raises(UsageError):
        schema("_shared")


def test_what_nothing_presents_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="no presentation for int"):
        render(1, "table", VIEW)
