"""What the Hub's refusals mean."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from archinspect.records import Outcome
from archinspect.sources.trouble import TABLE, SourceError, from_status, outcome_of, plain


def test_every_kind_is_a_known_outcome() -> None:
    assert {outcome for outcome, _ in TABLE.values()} <= set(get_args(Outcome))


@pytest.mark.parametrize(
    ("status", "headers", "token", "kind"),
    [
        (401, {}, False, "not_found_or_private"),
        (401, {"x-error-message": "Invalid credentials in Authorization header"}, True, "invalid_token"),
        (401, {"x-error-code": "GatedRepo"}, False, "gated_anonymous"),
        (403, {"x-error-code": "GatedRepo"}, True, "gated_token"),
        (404, {"x-error-code": "RepoNotFound"}, True, "not_found"),
        (404, {"x-error-code": "RevisionNotFound"}, False, "revision_not_found"),
        (404, {"x-error-code": "EntryNotFound"}, False, "missing"),
        (403, {"x-error-code": "DisabledRepo"}, False, "disabled"),
        (451, {}, False, "disabled"),
        (429, {}, False, "rate_limited"),
        (408, {}, False, "server"),
        (599, {}, False, "server"),
        (403, {}, True, "refused"),
        (304, {}, False, "refused"),
    ],
)
def test_a_refusal_has_a_kind(status: int, headers: dict[str, str], token: bool, kind: str) -> None:
    error = from_status(status, headers, "org/name", token)
    assert error.kind == kind
    assert "org/name" in str(error)
    assert outcome_of(error.failure()) == error.code


def test_foreign_text_cannot_write_to_the_terminal() -> None:
    error = from_status(400, {"x-error-message": "\x1b[31mred\nline\x9b" + "x" * 9999}, "org/name", False)
    assert "\x1b" not in str(error)
    assert "\n" not in str(error)
    assert len(str(error)) < 400
    assert plain("a\x00\r\nb") == "a b"


def test_an_unknown_kind_cannot_be_raised() -> None:
    with pytest.raises(KeyError):
        SourceError("nonsense", "message")


def test_the_documentation_names_every_kind() -> None:
    text = (Path(__file__).parents[2] / "docs" / "hub.md").read_text()
    table = {
        line.split("|")[1].strip().strip("`"): line for line in text.splitlines() if line.startswith("| `")
    }
    for kind, (outcome, _) in TABLE.items():
        assert f"`{kind}`" in table[outcome]
