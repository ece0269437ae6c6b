"""All facts, every witness heard, against torch's measurements of 60 published configs."""

from __future__ import annotations

import pytest

from archinspect import pipeline
from archinspect.names import Named
from archinspect.records import Facts, Target
from tests.conftest import config_bytes
from tests.measured import MEASURED, Pair, pairs

# The model type phi-msft is known to no transformers: only its raw keys can be read.
UNKNOWN_TYPE = "microsoft/phi-1_5"


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Facts]:
    root = tmp_path_factory.mktemp("configs")
    chosen = []
    for repo in MEASURED:
        folder = root / repo.replace("/", "--")
        folder.mkdir()
        (folder / "config.json").write_bytes(config_bytes(repo))
        chosen.append(Named(Target(repo, str(folder)), "local"))
    reports = pipeline.read_models(chosen, pipeline.Options())
    return {report.snapshot.target.model: report.facts for report in reports}


@pytest.mark.parametrize("repo", MEASURED)
def test_no_fact_differs_from_what_torch_measured(repo: str, facts: dict[str, Facts]) -> None:
    wrong = [pair for pair in pairs(repo, facts[repo]) if pair.fact.known and not pair.agrees]
    assert not wrong, [f"{pair.name}: {pair.ours} for {pair.measured}" for pair in wrong]


def test_hardly_any_is_unknown(facts: dict[str, Facts]) -> None:
    found: list[Pair] = [
        pair for repo in MEASURED if repo != UNKNOWN_TYPE for pair in pairs(repo, facts[repo])
    ]
    unknown = [pair for pair in found if not pair.fact.known]
    assert len(unknown) < 0.03 * len(found), [
        f"{pair.repo} {pair.name}: {pair.fact.unknown}" for pair in unknown
    ]
