"""How long many models take from a cold cache: archinspect against a loop of transformers.

    python benchmarks/hub_cold.py [--models 1 8 40 200] [--latency 0 50 100] [--loop-up-to 40] [--audit]

Whole processes, imports included, against a Hub on this machine that waits the given time before every
answer (redirects too); the same files for both. Requests are counted where they arrive, hops included.
`--audit` adds whole audits, `archinspect audit` with a claim per model: the reading of transformers' source
and classes for each new config comes on top of the fetching there, and tokenizer.json is not needed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent.parent / "tests"

LOOP = """
import sys
from transformers import AutoConfig, AutoTokenizer
for name in sys.argv[1:]:
    AutoConfig.from_pretrained(name)
    AutoTokenizer.from_pretrained(name)
"""
FETCH = """
import sys
from archinspect.records import Target
from archinspect.sources.hub import fetch, FetchOptions
names = [name.partition("@") for name in sys.argv[1:]]
targets = [Target(name, name, revision or None) for name, _, revision in names]
report = fetch(targets, FetchOptions(extra=("tokenizer.json",)))
assert all(s.outcome == "read" and not s.problems for s in report.snapshots)
"""


AUDIT = """
import sys
from archinspect.cli import main
sys.stdout = open("/dev/null", "w")
main()
"""
SOURCE = '[sources.bench]\ntitle = "bench"\nkind = "docs"\nread = "primary"\n'
MODEL = """
[models.m{number}]
repo = "{name}"
role = "current"

[[models.m{number}.claims]]
id = "width"
about = "hidden_size"
kind = "equals"
value = 64
source = "bench"
"""


COLUMNS = (
    "models",
    "ms per request",
    "loop of AutoConfig + AutoTokenizer",
    "archinspect, cold",
    "ratio",
    "warm, branch",
    "warm, commit",
    "memory",
)


@dataclass(frozen=True)
class Result:
    """One process."""

    seconds: float
    requests: int
    megabytes: float


@dataclass(frozen=True)
class Hub:
    """The served repositories."""

    endpoint: str
    repositories: dict[str, str]
    """Repository -> commit."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=int, nargs="+", default=[1, 8, 40, 200])
    parser.add_argument("--latency", type=int, nargs="+", default=[0, 50, 100], help="milliseconds")
    parser.add_argument("--loop-up-to", type=int, default=40, help="most models for the loop")
    parser.add_argument("--repeat", type=int, default=3, help="our runs; the median is reported")
    parser.add_argument("--audit", action="store_true", help="whole audits too")
    options = parser.parse_args()
    columns = [*COLUMNS, *(["audit, cold", "audit, warm"] if options.audit else [])]
    print(f"| {' | '.join(columns)} |")
    print("|---" * len(columns) + "|")
    with tempfile.TemporaryDirectory() as folder:
        write_models(Path(folder), max(options.models))
        for latency in options.latency:
            with serving(Path(folder), latency / 1000) as hub:
                for count in options.models:
                    line = row(hub, count, latency, options.loop_up_to, options.repeat)
                    print(line + (audits(hub, count) if options.audit else ""), flush=True)


def row(hub: Hub, count: int, latency: int, loop_up_to: int, repeat: int) -> str:
    """Measure one line of the table."""
    names = list(hub.repositories)[:count]
    with tempfile.TemporaryDirectory() as home:
        loop = run(LOOP, names, hub, Path(home)) if count <= loop_up_to else None
    colds, warms, pins = [], [], []
    for _ in range(repeat):
        with tempfile.TemporaryDirectory() as home:
            colds.append(run(FETCH, names, hub, Path(home)))
            warms.append(run(FETCH, names, hub, Path(home)))
            pinned = [f"{name}@{hub.repositories[name]}" for name in names]
            pins.append(run(FETCH, pinned, hub, Path(home)))
    cold = middle(colds)
    ratio = f"{loop.seconds / cold.seconds:.1f}" if loop else "–"
    memory = f"{cold.megabytes:.0f} MB" + (f" (loop {loop.megabytes:.0f})" if loop else "")
    times = [show(result) for result in (loop, cold)]
    return (
        f"| {count} | {latency} | {times[0]} | {times[1]} | {ratio} | {show(middle(warms))} "
        f"| {show(middle(pins))} | {memory} |"
    )


def audits(hub: Hub, count: int) -> str:
    """Two more columns: an audit of these models with empty caches, and the same again."""
    with tempfile.TemporaryDirectory() as home:
        registry = Path(home) / "registry.toml"
        models = [MODEL.format(number=number, name=name) for number, name in enumerate(hub.repositories)]
        registry.write_text(SOURCE + "".join(models[:count]))
        words = ["audit", "--quiet", "--format", "json", "--registry", str(registry)]
        cold, warm = (run(AUDIT, words, hub, Path(home)) for _ in range(2))
    return f" {show(cold)} | {show(warm)} |"


def middle(results: list[Result]) -> Result:
    """The run of median time."""
    return sorted(results, key=lambda result: result.seconds)[len(results) // 2]


def show(result: Result | None) -> str:
    return f"{result.seconds:.2f} s, {result.requests} requests" if result else "–"


def run(code: str, names: list[str], hub: Hub, home: Path) -> Result:
    """Time one process; raises CalledProcessError when it fails."""
    environment = {**os.environ, "HF_ENDPOINT": hub.endpoint, "HF_HOME": str(home)}
    environment |= {"HF_HUB_CACHE": str(home / "hub"), "ARCHINSPECT_CACHE": str(home / "ours")}
    environment |= {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    environment.pop("HF_TOKEN", None)
    ask_counts(hub)
    start = time.monotonic()
    command = [sys.executable, "-c", code, *names]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    if status:
        raise subprocess.CalledProcessError(status, "python -c ...")
    return Result(seconds, sum(ask_counts(hub).values()), usage.ru_maxrss / 1024)


def ask_counts(hub: Hub) -> dict[str, int]:
    """Requests since the last question, by origin."""
    with urllib.request.urlopen(f"{hub.endpoint}/__counts") as reply:
        counts: dict[str, int] = json.load(reply)
        return counts


@contextmanager
def serving(folder: Path, latency: float) -> Iterator[Hub]:
    """The loopback Hub in a process of its own."""
    command = [sys.executable, "-m", "loopback_hub", str(folder), "--latency", str(latency)]
    with subprocess.Popen(
        command, cwd=TESTS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        try:
            yield Hub(told["endpoint"], told["repositories"])
        finally:
            process.terminate()


def write_models(folder: Path, count: int) -> None:
    """Repositories with a config, generation settings and a tokenizer of 4000 words each."""
    from tokenizers import Tokenizer, models

    words = {f"word{n}": n for n in range(4000)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="word0")).to_str()
    for number in range(count):
        place = folder / "bench" / f"model-{number:03}"
        place.mkdir(parents=True)
        config = {"model_type": "llama", "hidden_size": 64, "num_attention_heads": 4, "n": number}
        (place / "config.json").write_text(json.dumps(config))
        (place / "generation_config.json").write_text(json.dumps({"n": number}))
        settings = {"tokenizer_class": "PreTrainedTokenizerFast", "n": number}
        (place / "tokenizer_config.json").write_text(json.dumps(settings))
        (place / "tokenizer.json").write_text(tokenizer)


if __name__ == "__main__":
    main()
