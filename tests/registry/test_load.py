"""A strict reading: every mistake, with its line, its key and the nearest valid name."""

from __future__ import annotations

import datetime

import pytest

from archinspect.errors import RegistryError
from tests.registry.conftest import SMALL, Load

LINE_OF_CLAIM = 12


def problems(load: Load, text: str) -> list[str]:
    with pytest.raises(RegistryError) as caught:
        load(text)
    return [str(problem).split("registry.toml", 1)[1] for problem in caught.value.problems]


def test_what_is_written_is_what_is_read(load: Load) -> None:
    registry = load(SMALL)
    claim = registry.models["one"].claims[0]
    assert (claim.id, claim.subject, claim.about, claim.kind) == (
        "one/kv-heads",
        "one",
        "num_key_value_heads",
        "equals",
    )
    assert claim.params == {"value": 8}
    assert claim.select == {"select": "model", "model": "one"}
    assert claim.source.title == "A report"
    assert claim.place.line == LINE_OF_CLAIM + 1
    assert [item.id for item in registry.all_claims()] == ["all-eight", "one/kv-heads"]
    assert registry.claims[0].select == {"select": "forall", "scope": "current"}


def test_acknowledgements_and_attributes(load: Load) -> None:
    text = SMALL.replace(
        "[[claims]]", 'acknowledged = { reason = "why", until = 2027-06-30 }\nnominal = true\n\n[[claims]]', 1
    )
    claim = load(text).models["one"].claims[0]
    assert claim.acknowledged is not None
    assert claim.acknowledged.until == datetime.date(2027, 6, 30)
    assert claim.attributes == {"nominal": True}


EDITS = [
    ("value = 8", "valeu = 8", [":16: models.one.claims[0].valeu: unknown key; did you mean 'value'?"]),
    ('kind = "equals"', 'kind = "equal"', ["unknown kind 'equal'; did you mean 'equals'?"]),
    ('kind = "equals"', "kind = 3", ["unknown kind 3"]),
    ('select = "forall"', 'select = "for-all"', ["unknown selector 'for-all'; did you mean 'forall'?"]),
    ('"num_key_value_heads"', '"num_kv_heads"', ["unknown fact 'num_kv_heads'; did you mean 'num_"]),
    ('about = "num_key_value_heads"', 'about = "parameters.totl"', ["did you mean 'parameters.total'?"]),
    ('about = "num_key_value_heads"', 'about = "sliding_window.x"', ["unknown fact 'sliding_window.x'"]),
    ('source = "report"', 'source = "reprot"', ["unknown source 'reprot'; did you mean 'report'?"]),
    ('source = "report"\n', "", ["'source' is missing"]),
    ("value = 8\n", "", [":12: models.one.claims[0]: 'value' is missing: what the fact must be"]),
    ('role = "current"', 'role = "curent"', ["must be one of", "did you mean 'current'?"]),
    ('role = "current"', "role = 1", ["models.one.role: must be a string with text in it, not 1"]),
    ('repo = "org/one"', 'repo = "org"', ["must be a repository id"]),
    ('repo = "org/one"', 'repo = "org/../one"', ["must be a repository id"]),
    ('repo = "org/one"', 'repo = "org/one"\nrevision = "main"', ["must be a commit"]),
    ('repo = "org/one"', 'repo = "org/one"\nparent = "non"', ["unknown model 'non'; did you mean 'one'?"]),
    ('repo = "org/one"', 'repo = "org/one"\nparent = "one"', ["is its own ancestor: one -> one"]),
    ('generation = "1"', 'generation = "first"', ["must be numbers with dots"]),
    ('lineage = "line"\n', "", ["a generation needs the lineage"]),
    ('id = "kv-heads"', 'id = "KV heads"', ["small letters, digits"]),
    ('title = "A report"', 'title = "A report"\ndate = "2024-13"', ["must be a date that exists"]),
    ('title = "A report"', 'title = "A report"\ndate = 2024-02-30', ["not TOML"]),
    ('title = "A report"', 'title = "A report"\nurl = "javascript:x"', ["must start with https://"]),
    ('read = "primary"\n', "", ["'read' is missing"]),
    ("value = 8", "value = nan", ["must be a value without NaN or infinity, not nan"]),
    ("value = 8", "value = 8\nacknowledged = true", ["must be { reason = ..., until = ... }"]),
    ("value = 8", 'value = 8\nacknowledged = { until = "2027" }', ["'reason' is missing", "a whole day"]),
    ("value = 8", 'value = 8\nconflicts_with = ["one/kv-head"]', ["did you mean 'one/kv-heads'?"]),
    ("value = 8", 'value = 8\nproxy = "two"', ["unknown model 'two'"]),
    ("value = 8", 'value = 8\nnominal = "yes"', ["must be true or false"]),
    ('scope = "current"\n', "", ["'scope' is missing"]),
    ('scope = "current"', 'scope = "lineage"', ["scope = 'lineage' needs 'lineage'"]),
    ('scope = "current"', 'scope = "lineage"\nlineage = "lin"', ["unknown lineage 'lin'"]),
    ('select = "forall"\nscope = "current"\n', "", ["'model' is missing: which model"]),
    ("value = 8", "value = 8\nacknowledged = 3", ["must be { reason"]),
    ('kind = "equals"', 'kind = "approx"\nk = 1024', ["models.one.claims[0].k: k needs 'unit'"]),
    ('kind = "equals"', 'kind = "approx"\ntolerance = -1', ["must be a finite number from 0, not -1"]),
    ('kind = "equals"', 'kind = "approx"\nunit = "G"', ["must be one of 'K', 'M', 'B', 'T', not 'G'"]),
    ('kind = "equals"', 'kind = "rounded-to"', ["must be a number as printed, in quotes"]),
    ('kind = "equals"\nvalue = 8', 'kind = "range"', ["range needs one of min, max"]),
    ('kind = "equals"\nvalue = 8', 'kind = "template"\ncan = ["tool"]', ["did you mean 'tools'?"]),
    ("[models.one]", "[models.One]", ["a model's name has small letters"]),
    ("[[claims]]", "[claims]", ["must be an array of tables"]),
    ("[[claims]]", "[[claim]]", [":19: claim: unknown key; did you mean 'claims'?"]),
    ("[sources.report]", "sources = 3\n[ignored]", ["sources: must be a table, not 3"]),
]


@pytest.mark.parametrize(("old", "new", "expected"), EDITS, ids=[new.strip()[:40] for _, new, _ in EDITS])
def test_each_mistake_is_named(load: Load, old: str, new: str, expected: list[str]) -> None:
    assert old in SMALL
    found = "\n".join(problems(load, SMALL.replace(old, new, 1)))
    for text in expected:
        assert text in found


def test_all_mistakes_at_once_in_the_order_of_the_file(load: Load) -> None:
    text = SMALL.replace("org/one", "one").replace("value = 8", "value = nan")
    text = text.replace('source = "report"', 'source = "x"')
    lines = [int(problem.split(":")[1]) for problem in problems(load, text)]
    assert lines == sorted(lines)
    assert len(lines) == 5


def test_names_and_ids_are_used_once(load: Load) -> None:
    text = SMALL + '\n[models.two]\nrepo = "Org/One"\nrole = "proxy"\naliases = ["one"]\n'
    found = "\n".join(problems(load, text))
    assert "'one' already names the model 'one'" in found
    assert "'Org/One' at this revision is already the model 'one'" in found
    claim = SMALL[SMALL.index("[[models.one.claims]]") : SMALL.index("[[claims]]")]
    assert "'kv-heads' is used twice; the first is on line 13" in "\n".join(problems(load, SMALL + claim))


def test_longer_circles_are_reported_once(load: Load) -> None:
    text = SMALL.replace('repo = "org/one"', 'repo = "org/one"\nparent = "two"')
    text += '\n[models.two]\nrepo = "org/two"\nrole = "current"\nparent = "one"\n'
    assert [p for p in problems(load, text) if "ancestor" in p] == [
        ":8: models.one.parent: is its own ancestor: one -> two -> one"
    ]


def test_messages_are_safe_to_print(load: Load) -> None:
    text = SMALL.replace("value = 8", 'value = 8\n"\\u001b[31m\\nred" = 1')
    found = "\n".join(problems(load, text))
    assert "\x1b" not in found
    assert "\\x1b[31m\\nred" in found


def test_a_selector_that_stands_alone_takes_no_kind(load: Load) -> None:
    claim = '\n[[claims]]\nid = "x"\nselect = "duration"\nbetween = ["2023-02", "2026-04"]\nmonths = 38\n'
    assert load(SMALL + claim + 'source = "report"\n').claims[1].kind == "duration"
    found = problems(load, SMALL + claim + 'source = "report"\nkind = "equals"\nvalue = 1\n')
    assert any("judged by itself" in problem for problem in found)
    changed = '\n[[claims]]\nid = "x"\nselect = "changed"\nmodel = "one"\nsource = "report"\n'
    assert any("changed needs 'facts', or a kind" in problem for problem in problems(load, SMALL + changed))
