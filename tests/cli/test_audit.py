"""`archinspect audit` in whole processes: verdicts, exit codes, and what an edited registry changes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run

REGISTRY = Path(__file__).parents[2] / "registry.toml"


def edited(folder: Path, old: str, new: str) -> Path:
    """The shipped registry with one line changed."""
    text = REGISTRY.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    path = folder / "registry.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def claim_block(claim_id: str) -> str:
    """The lines of one claim of phi-4-mini, as the registry has them."""
    text = REGISTRY.read_text(encoding="utf-8")
    blocks = re.findall(r"\[\[models\.phi-4-mini\.claims\]\]\n(?:(?!\n\[).+\n)+", text)
    return next(block for block in blocks if f'id = "{claim_id}"' in block)


def test_the_registry_as_shipped_passes_with_its_contradictions_visible(run: Run) -> None:
    done = run("audit", "--bundled")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "acknowledged" in done.stdout
    assert "gemma-2-2b/vocabulary" in done.stdout


def test_one_edited_value_is_contradicted_in_table_and_json(run: Run, tmp_path: Path) -> None:
    block = claim_block("kv-heads")
    path = edited(tmp_path, block, block.replace("value = 8", "value = 9"))
    table = run("audit", "phi-4-mini", "--bundled", "--registry", str(path))
    assert table.returncode == 1
    assert "phi-4-mini/kv-heads" in table.stdout.split("Not settled")[0]
    data = json.loads(
        run("audit", "phi-4-mini", "--bundled", "--registry", str(path), "--format", "json").stdout
    )
    (claim,) = [one for one in data["claims"] if one["id"] == "phi-4-mini/kv-heads"]
    assert (claim["verdict"], claim["expected"], claim["observed"]) == ("contradicted", 9, 8)
    assert data["exit_code"] == 1
    assert claim["registry"]["line"] > 1


def test_json_has_the_contract_s_keys(run: Run) -> None:
    data = json.loads(run("audit", "phi-4-mini", "--bundled", "--format", "json").stdout)
    assert list(data) >= ["claims"] and data["schema_version"] == 1 and data["kind"] == "audit"
    assert set(data["versions"]) == {"archinspect", "transformers", "huggingface_hub"}
    assert {"read", "failed"} == set(data["summary"]["models"])
    (model,) = [one for one in data["models"] if one["model"] == "phi-4-mini"]
    assert model["outcome"] == "read"
    assert {file["path"] for file in model["files"]} >= {"config.json", "generation_config.json"}
    assert [claim["id"] for claim in data["claims"]] == sorted(claim["id"] for claim in data["claims"])


def test_two_runs_print_the_same(run: Run) -> None:
    first, second = (run("audit", "phi-4-mini", "--bundled", "--format", "json").stdout for _ in range(2))
    assert first == second


def test_without_a_network_a_live_audit_ends_with_3_and_says_what_to_do(run: Run) -> None:
    done = run("audit", "phi-4-mini", "--timeout", "20")
    assert done.returncode == 3
    assert "--bundled" in done.stdout
    assert "confirmed" not in done.stdout.split("\n0 contradicted")[0]
    data = json.loads(run("audit", "phi-4-mini", "--timeout", "20", "--format", "json").stdout)
    assert data["complete"] is False
    assert data["summary"]["models"] == {"failed": 2, "read": 0}


def test_offline_contacts_nothing_and_ends_with_3(run: Run) -> None:
    done = run("audit", "phi-4-mini", "--offline")
    assert done.returncode == 3
    assert "nothing was contacted" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("audit", "phi-4-mny"), "phi-4-mini"),
        (("audit", "--role", "curent"), "current"),
        (("audit", "--fail-on", "contradictions"), "contradicted"),
        (("audit", "--ignore", "eos-mismatc", "--bundled"), "eos-mismatch"),
        (("audit", "--registry", "nowhere.toml"), "nowhere.toml"),
        (("audit", "phi-4-mini", "--bundled", "--format", "tabel"), "table"),
        (("audit", "phi-4-mini", "--bundled", "-o", "x.docx"), ".json"),
        (("audit", "phi-4-mini", "--bundled", "-o", "no/such/folder/x.json"), "no/such/folder"),
        (("show", "phi-4-mini", "--fact", "head_dmi"), "head_dim"),
        (("explain", "phi-4-mini/kv-head"), "phi-4-mini/kv-heads"),
        (("audti",), "audit"),
        (("audit", "--bundled", "--offline"), "exclude"),
        (("show", "phi-4-mini", "--bundled", "--transformers", "."), "wheel"),
    ],
)
def test_a_wrong_call_ends_with_2_and_the_next_step(run: Run, arguments: tuple[str, ...], hint: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert hint in done.stderr
    assert "Traceback" not in done.stderr


def test_a_malformed_registry_names_every_problem_with_its_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "registry.toml"
    path.write_text(
        '[sources.s]\ntitle = "T"\nkind = "report"\nread = "primary"\n'
        '[models.m]\nrepo = "org/m"\nrole = "curent"\n'
        '[[models.m.claims]]\nid = "a"\nabout = "hidden_sise"\nkind = "equal"\nvalue = 1\nsource = "t"\n'
    )
    done = run("audit", "--bundled", "--registry", str(path))
    assert done.returncode == 2
    for wanted in (":7:", ":10:", ":11:", ":13:", "hidden_size", "equals", "current"):
        assert wanted in done.stderr, done.stderr


def test_findings_fail_a_run_only_when_asked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text(
        '{"model_type": "llama", "num_atention_heads": 4, "num_key_value_heads": 4, "hidden_size": 64}'
    )
    assert run("audit", "./model", "--bundled").returncode == 0
    assert run("audit", "./model", "--bundled", "--fail-on", "finding:note").returncode == 1


def test_several_outputs_at_once(run: Run, tmp_path: Path) -> None:
    names = ["a.json", "a.md", "a.sarif", "a.xml", "a.csv", "a.txt"]
    done = run("audit", "phi-4-mini", "--bundled", *(part for name in names for part in ("-o", name)))
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "a.json").read_text())["kind"] == "audit"
    assert all((tmp_path / name).stat().st_size > 100 for name in names)


def test_the_registry_may_be_named_by_the_environment(run: Run, tmp_path: Path) -> None:
    block = claim_block("kv-heads")
    path = edited(tmp_path, block, block.replace("value = 8", "value = 9"))
    assert run("audit", "phi-4-mini", "--bundled", ARCHINSPECT_REGISTRY=str(path)).returncode == 1


def test_an_acknowledgement_that_no_longer_applies_is_reported_and_an_expired_one_fails(
    run: Run, tmp_path: Path
) -> None:
    block = claim_block("kv-heads")
    accepted = 'value = 8\nacknowledged = { reason = "x", until = 2999-01-01 }'
    outlived = edited(tmp_path, block, block.replace("value = 8", accepted))
    done = run("audit", "phi-4-mini", "--bundled", "--registry", str(outlived))
    assert done.returncode == 0
    assert "phi-4-mini/kv-heads is confirmed; remove it" in done.stdout
    expired = accepted.replace("2999", "2020").replace("value = 8", "value = 9")
    path = edited(tmp_path, block, block.replace("value = 8", expired))
    done = run("audit", "phi-4-mini", "--bundled", "--registry", str(path))
    assert done.returncode == 1
    assert "acknowledgement ended on 2020-01-01" in done.stdout
