"""Times reading blueprints beside building the same models on torch's meta device: whole processes, one run.

    python benchmarks/blueprint_speed.py TORCH_PYTHON [--types llama qwen3 ...] [--every N]

TORCH_PYTHON is an interpreter with torch and the same transformers. For every type of the causal-LM
mapping, at its default config, these processes run one after the other:

    torch      imports torch and transformers, builds on the meta device, writes names and shapes
    tensors    `archinspect tensors --format json`: the same job, names, shapes and ties; nothing is cached
    call       `archinspect.tensors` in Python: the same again, as a library
    first      `archinspect blueprint --format json` with an empty cache: the forward and the facts too
    again      the same command once more, now cached
    build      `archinspect.build` in Python, cached: the same without a command line and its output

Types that torch or the reader refuses are left out of all. The whole takes about a quarter of an hour,
`--every 8` a few minutes. All Python processes find compiled byte code.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CALL = """
import json, sys, archinspect
made = archinspect.tensors(json.loads(sys.argv[1]))
json.dump({"shapes": made.shapes, "tied": made.tied}, sys.stdout)
"""
TORCH = """
import json, sys, torch, transformers
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
config = json.loads(sys.argv[1])
with torch.device("meta"):
    made = CONFIG_MAPPING[config["model_type"]].from_dict(dict(config))
    cls = getattr(transformers, config["architectures"][0])
    model = cls._from_config(made.get_text_config() if cls.config_class is not type(made) else made)
json.dump({"shapes": {name: one.shape for name, one in model.named_parameters()}}, sys.stdout)
"""
BUILD = """
import archinspect
built = archinspect.build("./model")
assert built.root is not None
"""
KINDS = ("torch", "tensors", "call", "first", "again", "build")
LIMIT_SECONDS = 300
REPEATS = 3
"""Of what takes less than a second, the middle one counts; torch takes long enough to be told from noise."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("torch_python")
    parser.add_argument("--types", nargs="*", default=[])
    parser.add_argument("--every", type=int, default=1)
    args = parser.parse_args()
    configs = default_configs()
    chosen = [one for one in configs if one["model_type"] in args.types] or configs[:: args.every]
    measure(configs[0], args.torch_python)  # finds files and byte code cold; not counted
    rows = [row for config in chosen if (row := measure(config, args.torch_python)) is not None]
    report(rows)


def default_configs() -> list[dict[str, object]]:
    from archinspect.blueprint.configs import evaluator
    from archinspect.blueprint.library.auto import table
    from archinspect.blueprint.tree import SourceTree

    names = table(evaluator(SourceTree.installed()), "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES")
    return [
        {"model_type": kind, "architectures": [name if isinstance(name, str) else name[0]]}
        for kind, name in names.items()
    ]


def measure(config: dict[str, object], torch_python: str) -> dict[str, object] | None:
    """Seconds of each kind for one type; None when one of them refuses it."""
    text = json.dumps(config)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "model").mkdir()
        (Path(folder) / "model" / "config.json").write_text(text)
        archinspect = str(Path(sys.executable).parent / "archinspect")
        blueprint = [archinspect, "blueprint", "./model", "--format", "json"]
        commands = {
            "torch": [torch_python, "-c", TORCH, text],
            "tensors": [archinspect, "tensors", "./model", "--format", "json"],
            "call": [sys.executable, "-c", CALL, text],
            "first": blueprint,
            "again": blueprint,
            "build": [sys.executable, "-c", BUILD],
        }
        row: dict[str, object] = {"type": config["model_type"]}
        for kind in KINDS:
            seconds = []
            for _ in range(1 if kind == "torch" else REPEATS):
                if kind == "first":
                    # The registry is remembered for a place; what is measured is what a new model takes.
                    shutil.rmtree(Path(folder) / "cache", ignore_errors=True)
                    run([archinspect, "list"], folder)
                seconds.append(run(commands[kind], folder))
            if None in seconds:
                return None
            row[kind] = statistics.median(seconds)
    print("  ".join(f"{kind} {row[kind]:.3f}" for kind in KINDS), row["type"], flush=True)
    return row


def run(command: list[str], folder: str) -> float | None:
    """Wall seconds of a process, or None when it fails."""
    environment = {**os.environ, "ARCHINSPECT_CACHE": str(Path(folder) / "cache"), "HF_HUB_OFFLINE": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    try:
        done = subprocess.run(
            command, capture_output=True, env=environment, cwd=folder, timeout=LIMIT_SECONDS
        )
    except subprocess.TimeoutExpired:
        return None
    return time.perf_counter() - started if done.returncode == 0 else None


def report(rows: list[dict[str, object]]) -> None:
    """Median and worst per kind; how many times faster, by type: the median and the least."""
    print(f"\n{len(rows)} types, whole processes")
    for kind in KINDS:
        times = sorted((row[kind], row["type"]) for row in rows)
        ratios = sorted((row["torch"] / row[kind], row["type"]) for row in rows)
        middle = statistics.median(seconds for seconds, _ in times)
        line = (
            f"{kind:10} median {1e3 * middle:6.0f} ms   worst {1e3 * times[-1][0]:6.0f} ms ({times[-1][1]})"
        )
        if kind != "torch":
            times_faster = statistics.median(ratio for ratio, _ in ratios)
            line += (
                f"   torch takes {times_faster:.0f} x as long, at least {ratios[0][0]:.0f} x ({ratios[0][1]})"
            )
        print(line)


if __name__ == "__main__":
    main()
