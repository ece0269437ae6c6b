"""Every fact that the source states, against what torch showed for the same config."""

from collections import Counter
from collections.abc import Iterator

import pytest

from archinspect.blueprint.tree import installed_tree

from .truth_compare import Verdict, verdicts
from .truth_fixture import FOLDER, load

LEAST_RIGHT = 0.97


@pytest.fixture(scope="module")
def compared() -> Iterator[list[tuple[str, Verdict]]]:
    """(entry, verdict) for every fact that torch showed of the installed transformers."""
    tree = installed_tree()
    if not (FOLDER / f"{tree.version}.json.xz").is_file():
        pytest.skip(f"no measured truth for transformers {tree.version}: run scripts/torch_truth.py")
    yield [(entry["id"], one) for entry in load(tree.version)["entries"] for one in verdicts(entry, tree)]


def test_no_fact_is_wrong(compared: list[tuple[str, Verdict]]) -> None:
    wrong = [
        f"{key} {one.fact}: {one.ours!r:.90}, torch: {one.truth!r:.90}"
        for key, one in compared
        if one.word == "wrong"
    ]
    assert wrong == []


def test_nearly_all_facts_are_known(compared: list[tuple[str, Verdict]]) -> None:
    words = Counter(one.word for _, one in compared)
    assert sum(words.values()) > 7000
    assert words["right"] / sum(words.values()) >= LEAST_RIGHT, words


def test_every_unknown_says_why(compared: list[tuple[str, Verdict]]) -> None:
    silent = [f"{key} {one.fact}" for key, one in compared if one.word == "unknown" and not one.reason]
    assert silent == []


def test_every_known_fact_cites_a_line(compared: list[tuple[str, Verdict]]) -> None:
    bare = Counter(
        one.fact for _, one in compared if one.word == "right" and not any("#L" in at for at in one.locations)
    )
    assert not bare, bare
