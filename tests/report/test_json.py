"""JSON is what the contract and the published schemas say."""

import json
from typing import Any

import jsonschema
import pytest

from archinspect.report import View, render, schema, schema_kinds
from tests.report.results import AUDIT, MODEL, RESULTS, VERSIONS, VIEW, hostile

NAMES = list(RESULTS)


def read(result: Any, view: View = VIEW) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render(result, "json", view))
    return found


def validate(data: dict[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator(
        json.loads(schema(data["kind"])), format_checker=jsonschema.FormatChecker()
    )
    validator.validate(data)


@pytest.mark.parametrize("name", NAMES)
def test_every_result_is_valid_against_its_schema(name: str) -> None:
    result, view = RESULTS[name]
    validate(read(result, view))
    validate(read(hostile(result), view))


@pytest.mark.parametrize("kind", schema_kinds())
def test_schemas_are_schemas_and_admit_no_unknown_key(kind: str) -> None:
    read_schema = json.loads(schema(kind))
    jsonschema.Draft202012Validator.check_schema(read_schema)
    assert read_schema["additionalProperties"] is False
    assert set(read_schema["required"]) == set(read_schema["properties"])


def test_a_missing_or_an_unknown_key_is_invalid() -> None:
    data = read(AUDIT)
    with pytest.raises(jsonschema.ValidationError):
        validate({**data, "seconds": 1})
    del data["claims"][0]["reason"]
    with pytest.raises(jsonschema.ValidationError):
        validate(data)


def test_an_audit_counts_acknowledged_apart() -> None:
    data = read(AUDIT)
    assert data["summary"] == {
        "models": {"read": 1, "failed": 1},
        "claims": {"confirmed": 1, "contradicted": 2, "acknowledged": 1, "undetermined": 2, "documented": 1},
    }
    accepted = [claim for claim in data["claims"] if claim["acknowledged"]]
    assert [(claim["id"], claim["verdict"]) for claim in accepted] == [("tiny/vocabulary", "contradicted")]
    assert [claim["id"] for claim in data["claims"]] == sorted(claim["id"] for claim in data["claims"])


def test_raw_is_absent_or_null_as_found() -> None:
    facts = read(MODEL)["facts"]
    assert facts["sliding_window"] == {
        "value": None,
        "unknown": None,
        "evidence": [{"basis": "stated", "location": "config.json#/sliding_window", "raw": None}],
    }
    assert "raw" not in facts["layer_types"]["evidence"][0]
    assert facts["norm_type"] == {"value": None, "unknown": "only the modelling source says", "evidence": []}


def test_the_same_twice_and_sorted() -> None:
    text = render(AUDIT, "json", VIEW)
    assert text == render(AUDIT, "json", VIEW)
    assert list(json.loads(text)) == sorted(json.loads(text))
    assert json.loads(text)["versions"] == VERSIONS
