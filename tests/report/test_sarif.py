"""SARIF, read with a third party's models and, where its schema is at hand, with the official schema."""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sarif_pydantic import Sarif

from archinspect.report import render
from tests.report.results import AUDIT, VIEW, hostile

OFFICIAL = "ARCHINSPECT_SARIF_SCHEMA"
"""Environment variable: the official sarif-schema-2.1.0.json, which is not ours to ship."""


def run(audit: Any = AUDIT) -> dict[str, Any]:
    log = json.loads(render(audit, "sarif", VIEW))
    (found,) = log["runs"]
    return dict(found)


def result(claim: str) -> dict[str, Any]:
    (found,) = [item for item in run()["results"] if item["properties"].get("claim") == claim]
    return dict(found)


def test_a_third_party_reads_it() -> None:
    for audit in (AUDIT, hostile(AUDIT)):
        read = Sarif.model_validate_json(render(audit, "sarif", VIEW))
        assert len(read.runs[0].results or []) == 7


@pytest.mark.skipif(OFFICIAL not in os.environ, reason=f"set {OFFICIAL} to the official schema")
def test_valid_against_the_official_schema() -> None:
    official = json.loads(Path(os.environ[OFFICIAL]).read_text(encoding="utf-8"))
    for audit in (AUDIT, hostile(AUDIT)):
        jsonschema.Draft4Validator(official).validate(json.loads(render(audit, "sarif", VIEW)))


def test_a_contradiction_points_at_its_line() -> None:
    (location,) = result("tiny/kv-heads")["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "registry.toml"},
        "region": {"startLine": 7},
    }
    assert result("tiny/kv-heads")["level"] == "error"
    assert result("tiny/kv-heads")["relatedLocations"][0]["logicalLocations"] == [
        {"fullyQualifiedName": "config.json#/num_key_value_heads", "kind": "element"}
    ]


def test_an_acknowledged_one_is_suppressed() -> None:
    assert result("tiny/vocabulary")["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "the report counts the padding (until 2027-06-30)",
        }
    ]
    assert "suppressions" not in result("tiny/kv-heads")


def test_undetermined_is_open_and_has_no_level() -> None:
    assert (result("tiny/norm")["kind"], result("tiny/norm")["level"]) == ("open", "none")


def test_results_refer_to_their_rules() -> None:
    found = run()
    rules = found["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["claim/equals", "finding/eos-mismatch", "finding/inert-key"]
    assert all(rules[item["ruleIndex"]]["id"] == item["ruleId"] for item in found["results"])


def test_a_run_that_could_not_look_has_not_succeeded() -> None:
    (invocation,) = run()["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "accept its licence" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_fingerprints_tell_results_apart() -> None:
    prints = [item["partialFingerprints"]["archinspect/v1"] for item in run()["results"]]
    assert len(set(prints)) == len(prints)
