"""Write docs/faults.md: what each fault of a Hub does to audit, show and diff.

    python scripts/fault_table.py [--only WORD] [--output docs/faults.md]

Whole processes against the loopback Hub, each with empty caches. Two models are served; the faults hit
the first. What must hold is checked on the way: no run outlasts its timeout, no claim about a model that
was not read is confirmed, and the other model is always judged.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from fault_rows import FAULTY, GOOD, Row, rows  # noqa: E402
from loopback_hub import LoopbackHub, Repository  # noqa: E402

TIMEOUT = 12
STARTUP_ALLOWANCE = 8
COMMANDS = {
    "audit": ["audit", "faulty", "good"],
    "show": ["show", "faulty"],
    "diff": ["diff", "faulty", "good"],
}
REGISTRY = """
[sources.report]
title = "Reports"
kind = "report"
read = "primary"

[models.faulty]
repo = "microsoft/Phi-4-mini-instruct"
role = "current"
{extra}
[[models.faulty.claims]]
id = "kv-heads"
about = "num_key_value_heads"
kind = "equals"
value = 8
source = "report"

[models.good]
repo = "Qwen/Qwen3-4B"
role = "current"

[[models.good.claims]]
id = "kv-heads"
about = "num_key_value_heads"
kind = "equals"
value = 8
source = "report"
"""


@dataclass(frozen=True)
class Outcome:
    """What one process did."""

    outcome: str
    verdicts: str
    code: int
    seconds: float
    requests: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="rows whose name holds this")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "faults.md")
    options = parser.parse_args()
    lines = list(table(options.only))
    if options.only:
        print("\n".join(lines))
    else:
        options.output.write_text(HEAD.format(timeout=TIMEOUT) + "\n".join(lines) + "\n", encoding="utf-8")


def table(only: str) -> Iterator[str]:
    """The lines of the table."""
    yield "| fault | command | outcome | claims (faulty, good) | exit | seconds | requests |"
    yield "|---|---|---|---|---|---|---|"
    with LoopbackHub() as hub:
        for row in rows(hub):
            if only not in row.name:
                continue
            for command in COMMANDS:
                result = measure(hub, row, command)
                check(row, command, result)
                line = f"| {row.name} | {command} | {result.outcome} | {result.verdicts} | {result.code} "
                yield line + f"| {result.seconds:.1f} | {result.requests} |"
                print(line, f"{result.seconds:.1f} s", file=sys.stderr)


def measure(hub: LoopbackHub, row: Row, command: str) -> Outcome:
    """Run one command in a world of its own."""
    hub.repositories.clear()
    hub.faults.clear()
    for repo in (FAULTY, GOOD):
        folder = ROOT / "archinspect" / "snapshot" / repo.replace("/", "--")
        hub.add(Repository(repo, {path.name: path.read_bytes() for path in folder.iterdir()}))
    if row.prepare:
        row.prepare(hub)
    for kind, where, details in row.faults:
        hub.fault(kind, where, **details)
    if "moves" in row.name:
        hub.on_request = moving(hub)
    with tempfile.TemporaryDirectory() as home:
        registry = Path(home) / "registry.toml"
        registry.write_text(REGISTRY.format(extra=row.registry))
        environment = {**os.environ, "HF_ENDPOINT": hub.endpoint, "HF_HOME": home}
        environment |= {"ARCHINSPECT_CACHE": f"{home}/ours", **row.environment}
        words = [
            *COMMANDS[command],
            "--registry",
            str(registry),
            "--format",
            "json",
            "--timeout",
            str(TIMEOUT),
        ]
        hub.forget()
        start = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "archinspect", *words],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - start
    hub.on_request = None
    return Outcome(*said(done.stdout, done.stderr), done.returncode, seconds, len(hub.requests))


def moving(hub: LoopbackHub) -> Callable[[str], None]:
    """Moves the branch once the first model info was answered."""
    moved: list[bool] = []

    def move(path: str) -> None:
        if "/resolve/" in path and not moved:
            moved.append(True)
            hub.repositories[FAULTY].commit({"config.json": b'{"model_type": "llama"}'})

    return move


def said(stdout: str, stderr: str) -> tuple[str, str]:
    """Outcome of the first model, and the verdicts, from the JSON or else from the message."""
    try:
        report = json.loads(stdout)
    except ValueError:
        return stderr.strip().splitlines()[-1][:90] if stderr.strip() else "–", "–"
    models = report.get("models") or [report.get("left", report)]
    outcomes = [model["outcome"] for model in models if model.get("repo", "") == FAULTY]
    verdicts = [claim["verdict"] for claim in report.get("claims", [])]
    return outcomes[0] if outcomes else "–", ", ".join(verdicts) or "–"


def check(row: Row, command: str, result: Outcome) -> None:
    """Raises SystemExit when a promise is broken."""
    if result.seconds > TIMEOUT + STARTUP_ALLOWANCE:
        raise SystemExit(f"{row.name}, {command}: {result.seconds:.1f} s is past the timeout of {TIMEOUT} s")
    if (result.outcome == "read") != (result.code == 0):
        raise SystemExit(f"{row.name}, {command}: {result.outcome}, but exit {result.code}")
    if command != "audit":
        return
    faulty, _, good = result.verdicts.partition(", ")
    if result.outcome != "read" and faulty == "confirmed":
        raise SystemExit(f"{row.name}: confirmed, although the model was {result.outcome}")
    if good != "confirmed" and not row.environment:
        raise SystemExit(f"{row.name}: the other model is {good or result}")


HEAD = """# What a faulty Hub does to archinspect

Generated by `scripts/fault_table.py`; each line is one process with empty caches against a Hub on the
same machine, with `--timeout {timeout}`. The faults hit one of two models (`faulty`; `good` is served
well). *Claims* are the verdicts on one claim about each, in audits. Seconds include starting Python.
Requests are counted where they arrive: redirects and repeated attempts are requests too.

"""


if __name__ == "__main__":
    main()
