"""The other commands, in whole processes."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archinspect.cli._group import COMMANDS
from tests.cli.conftest import Run
from tests.conftest import config_bytes


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help(run: Run, name: str) -> None:
    done = run(name, "--help")
    assert done.returncode == 0
    assert "Usage:" in done.stdout


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from archinspect.cli._group import commands\n"
        "try: commands(['--help'])\n"
        "except SystemExit: pass\n"
        "names = {'transformers', 'pandas', 'huggingface_hub', 'numpy', 'jinja2', 'msgspec'}\n"
        "heavy = names & set(sys.modules)\n"
        "print('HEAVY', heavy)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "HEAVY set()" in done.stdout


def test_a_blueprint_that_is_known_loads_no_reader_and_no_other_stage(run: Run, tmp_path: Path) -> None:
    assert run("blueprint", "phi-4-mini", "--bundled").returncode == 0
    code = (
        "import sys\n"
        "from archinspect.cli._group import commands\n"
        "commands(['blueprint', 'phi-4-mini', '--bundled', '--format', 'json'], standalone_mode=False)\n"
        "loaded = {name.split('.')[1] for name in sys.modules if name.startswith('archinspect.')}\n"
        "print(sorted(loaded & {'check', 'derive', 'rules', 'class_views'}), file=sys.stderr)\n"
        "print('ast reader', 'archinspect.blueprint.interp' in sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stderr.splitlines()[-2:] == ["[]", "ast reader False"]


@pytest.mark.parametrize("closing", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_stream_is_no_error(closing: str) -> None:
    line = f"{sys.executable} -m archinspect list {closing}"
    done = subprocess.run(line, shell=True, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told_and_is_not_read_as_a_contradiction() -> None:
    line = f"{sys.executable} -m archinspect list > /dev/full"
    done = subprocess.run(line, shell=True, capture_output=True, text=True)
    assert done.returncode == 3
    assert done.stderr.startswith("archinspect: standard output cannot be written: No space left")


def test_show_gives_every_fact_with_evidence_or_a_reason(run: Run) -> None:
    data = json.loads(run("show", "phi-4-mini", "--bundled", "--format", "json").stdout)
    assert data["kind"] == "model" and data["model"] == "phi-4-mini"
    assert data["facts"]["num_key_value_heads"]["value"] == 8
    for fact in data["facts"].values():
        assert set(fact) == {"value", "unknown", "evidence"}
        assert fact["evidence"] if fact["unknown"] is None else fact["unknown"]


def test_show_reads_a_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").write_bytes(config_bytes("Qwen/Qwen3-0.6B"))
    done = run("show", "./mine")
    assert done.returncode == 0
    assert "head_dim" in done.stdout and "128" in done.stdout


def test_show_fact_explains_one(run: Run) -> None:
    done = run("show", "phi-4-mini", "--fact", "num_key_value_groups", "--bundled")
    assert "config.json#/num_attention_heads" in done.stdout
    assert "config.json#/num_key_value_heads" in done.stdout


def test_explain_gives_source_and_evidence(run: Run) -> None:
    done = run("explain", "phi-4-mini/kv-heads", "--bundled")
    assert done.returncode == 0
    for wanted in (
        "confirmed",
        "arxiv.org/abs/2503.01743",
        "registry.toml:",
        "config.json#/num_key_value_heads",
    ):
        assert wanted in done.stdout


def test_diff_shows_both_sides(run: Run) -> None:
    done = run("diff", "phi-4-mini", "llama-3.2-3b", "--bundled")
    assert done.returncode == 0
    assert "200064" in done.stdout.replace(",", "") and "128256" in done.stdout.replace(",", "")


def test_a_model_compared_with_itself_differs_in_nothing(run: Run) -> None:
    data = json.loads(run("diff", "qwen3-4b", "qwen3-4b", "--bundled", "--format", "json").stdout)
    assert data["differences"] == []


def test_table_as_csv_has_a_row_per_model(run: Run) -> None:
    done = run("table", "phi-4-mini", "qwen3-4b", "--bundled", "--format", "csv", "--fact", "vocab_size")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["vocab_size"] for row in rows] == ["200064", "151936"]


def test_blueprint_folds_equal_layers_and_lists_tensors(run: Run) -> None:
    tree = run("blueprint", "qwen3-4b", "--bundled").stdout
    assert "0-35 Qwen3DecoderLayer x36" in tree
    assert "4,022,468,096" in tree
    listed = run("blueprint", "qwen3-4b", "--bundled", "--tensors", "--format", "json")
    data = json.loads(listed.stdout)
    assert len(data["state_dict_names"]) == 399
    assert data["parameters"]["total"] == 4_022_468_096


def test_list_and_rules_and_schema_and_cache(run: Run) -> None:
    assert "phi-4-mini" in run("list", "--role", "current").stdout
    assert "eos-mismatch" in run("rules").stdout
    assert "$schema" in json.loads(run("schema").stdout)
    assert "entries" in run("cache", "info").stdout


def test_registry_check_says_what_it_read(run: Run) -> None:
    done = run("registry", "check")
    assert done.returncode == 0
    assert "no problem" in done.stdout


def test_clear_empties_the_cache(run: Run, tmp_path: Path) -> None:
    place = {"ARCHINSPECT_CACHE": str(tmp_path / "cache")}
    run("show", "phi-4-mini", "--bundled", **place)
    assert ": 0 entries" not in run("cache", "info", **place).stdout
    run("cache", "clear", **place)
    assert ": 0 entries" in run("cache", "info", **place).stdout


def test_an_unreadable_cache_costs_nothing_but_time(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert run("show", "phi-4-mini", "--bundled", ARCHINSPECT_CACHE=str(tmp_path / "file")).returncode == 0


def test_terminal_escapes_from_a_file_do_not_reach_the_terminal(run: Run, tmp_path: Path) -> None:
    (tmp_path / "evil").mkdir()
    (tmp_path / "evil" / "config.json").write_text(
        json.dumps({"model_type": "llama\x1b[2J\x1b]0;owned\x07", "hidden_act": "\x1b[31m\n::error::x"})
    )
    for arguments in (("show", "./evil"), ("show", "./evil", "--format", "markdown")):
        done = run(*arguments)
        assert "\x1b" not in done.stdout + done.stderr
        assert "\n::error::" not in done.stdout + done.stderr


def test_a_closed_pipe_is_no_error(own_cache: Path) -> None:
    command = f"{sys.executable} -m archinspect list | head -1"
    done = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ARCHINSPECT_CACHE": str(own_cache)},
    )
    assert done.stderr == ""


def test_ctrl_c_ends_a_waiting_run_at_once(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        environment = {
            **os.environ,
            "HF_ENDPOINT": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "HF_HOME": str(tmp_path),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "archinspect", "audit", "phi-4-mini"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A shell's background job ignores the signal, and so would all that it starts (`.ci/run &`).
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        try:
            connection, _ = silent.accept()
            start = time.monotonic()
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=20)
            connection.close()
        finally:
            process.kill()
    assert process.returncode == 130
    assert time.monotonic() - start < 5
    assert "Traceback" not in errors


def test_blueprint_tells_keys_that_do_nothing_and_keys_that_nobody_wrote(run: Run) -> None:
    data = json.loads(run("blueprint", "phi-4-mini", "--bundled", "--format", "json").stdout)
    # Phi3's projections never have a bias, whatever these keys say.
    assert {"attention_bias", "mlp_bias", "lm_head_bias"} <= set(data["config_keys_unread"])
    assert "rope_scaling" not in data["config_keys_unread"]
    assert data["config_keys_supplied"]["is_encoder_decoder"] is False
    assert set(data["config_keys_supplied"]) <= set(data["config_keys_read"])
    told = run("blueprint", "gemma-3-4b", "--bundled").stdout
    assert "text_config.num_key_value_heads" in told.partition("the config class supplies")[2]


def test_blueprint_of_a_model_with_experts_tells_the_active_parameters(run: Run, tmp_path: Path) -> None:
    (tmp_path / "moe").mkdir()
    config = {"model_type": "qwen3_moe", "architectures": ["Qwen3MoeForCausalLM"], "num_hidden_layers": 2}
    (tmp_path / "moe" / "config.json").write_text(json.dumps(config))
    parameters = json.loads(run("blueprint", "./moe", "--format", "json").stdout)["parameters"]
    expert = 3 * 2048 * 768
    assert parameters["active"] == parameters["total"] - 2 * (128 - 8) * expert


def test_blueprint_says_what_is_wrong_with_a_config_that_is_no_json(run: Run, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "config.json").write_text('{"model_type": "llama",')
    done = run("blueprint", "./broken")
    assert done.returncode == 3
    assert "config.json" in done.stdout and "not JSON" in done.stdout and "line 1" in done.stdout
