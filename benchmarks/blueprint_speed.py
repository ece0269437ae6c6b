"""Times reading blueprints beside building the same models on torch's meta device, as whole processes.

    python benchmarks/blueprint_speed.py TORCH_PYTHON [--types llama qwen3 ...]

TORCH_PYTHON is an interpreter that has torch and the same transformers. One process each reads or builds
every type of the causal-LM mapping at its default config; types that either refuses are left out of both.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time

READ = """
import json, sys, time
from archinspect.blueprint.build import build_model
from archinspect.blueprint.configs import evaluator, run_bounded
from archinspect.blueprint.tree import SourceTree
tree, times = SourceTree.installed(), {}
for config in json.load(sys.stdin):
    started = time.perf_counter()
    try:
        built = run_bounded("benchmark", lambda: build_model(evaluator(tree), config))
        times[config["model_type"]] = [time.perf_counter() - started, len(built.parameters)]
    except Exception:
        pass
json.dump(times, sys.stdout)
"""
BUILD = """
import json, sys, time, torch, transformers
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
times = {}
for config in json.load(sys.stdin):
    started = time.perf_counter()
    try:
        with torch.device("meta"):
            made = CONFIG_MAPPING[config["model_type"]].from_dict(dict(config))
            cls = getattr(transformers, config["architectures"][0])
            model = cls._from_config(made.get_text_config() if cls.config_class is not type(made) else made)
        times[config["model_type"]] = [time.perf_counter() - started, len(list(model.parameters()))]
    except Exception:
        pass
json.dump(times, sys.stdout)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("torch_python")
    parser.add_argument("--types", nargs="*", default=[])
    args = parser.parse_args()
    configs = [one for one in default_configs() if not args.types or one["model_type"] in args.types]
    for _ in range(2):  # the first run of each finds files and byte code cold
        ours, ours_total = run(sys.executable, READ, configs)
        theirs, theirs_total = run(args.torch_python, BUILD, configs)
        configs = [one for one in configs if one["model_type"] in ours and one["model_type"] in theirs]
    for name, times, total in (("archinspect", ours, ours_total), ("torch meta", theirs, theirs_total)):
        each = sorted((seconds, kind) for kind, (seconds, _) in times.items())
        median = statistics.median(seconds for seconds, _ in each)
        print(
            f"{name}: {len(each)} types, process {total:.2f} s, median {1e3 * median:.1f} ms, "
            f"worst {1e3 * each[-1][0]:.0f} ms ({each[-1][1]})"
        )
    print(f"whole process: {theirs_total / ours_total:.0f} times faster")


def default_configs() -> list[dict[str, object]]:
    from archinspect.blueprint.configs import evaluator
    from archinspect.blueprint.library.auto import table
    from archinspect.blueprint.tree import SourceTree

    names = table(evaluator(SourceTree.installed()), "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES")
    return [
        {"model_type": kind, "architectures": [name if isinstance(name, str) else name[0]]}
        for kind, name in names.items()
    ]


def run(python: str, code: str, configs: list[dict[str, object]]) -> tuple[dict[str, list[float]], float]:
    started = time.perf_counter()
    done = subprocess.run(
        [python, "-c", code], input=json.dumps(configs), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1]), time.perf_counter() - started


if __name__ == "__main__":
    main()
