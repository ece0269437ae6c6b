"""What is remembered of reading source, and what is not."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from archinspect import modelling
from archinspect.blueprint import configs
from archinspect.blueprint.interp.budget import Limits
from archinspect.cache_contents import contents
from archinspect.class_views import imported_views
from archinspect.records import Origin, Snapshot, Target
from archinspect.witness import classes
from tests.conftest import source_file

CONFIG = {"model_type": "qwen3", "num_hidden_layers": 2}


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHINSPECT_CACHE", str(tmp_path))


def read(**more: object) -> modelling.Source:
    files = {"config.json": source_file(CONFIG | more)}
    (source,) = modelling.read_sources(
        [Snapshot(Target("a", "a"), "read", Origin("local", "here"), files=files)]
    )
    return source


def test_a_reading_that_ran_out_of_time_is_tried_again() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(configs, "Limits", functools.partial(Limits, seconds=0.0))
        assert "seconds" in (read().problem or "")
    found = read()
    assert found.problem is None and found.blueprint is not None
    assert contents().entries == 2  # this, and what the imported class said when reading had failed


def test_a_refusal_is_remembered() -> None:
    first = read(vocab_size=-1)
    entries = contents().entries
    assert first.problem and entries
    assert (read(vocab_size=-1).problem, contents().entries) == (first.problem, entries)


def test_a_class_that_gave_no_answer_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {0: source_file({"model_type": "llama"})}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classes, "IMPORT_SECONDS", 0.05)
        assert "no answer" in (imported_views(files, "digest")[0].error or "")
    assert imported_views(files, "digest")[0].class_name == "LlamaConfig"


def test_a_refusal_names_the_line_that_refuses() -> None:
    refused = read(model_type="llama", num_attention_heads=0)
    assert refused.blueprint is None
    assert "ZeroDivisionError" in (refused.problem or "")
    assert "configuration_llama.py#L" in (refused.problem or "")
