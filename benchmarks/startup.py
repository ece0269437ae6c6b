"""How long whole processes take, as ratios within one run: timings alone mean little on a busy machine.

Run: python benchmarks/startup.py [--runs N]
Two promises: --help within 1.5 times an import of click, and a warm audit of the whole bundled
registry in less time than importing transformers' AutoConfig.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

PROCESSES = {
    "python": ["-c", "pass"],
    "import click": ["-c", "import click"],
    "archinspect --help": ["-m", "archinspect", "--help"],
    "import AutoConfig": ["-c", "from transformers import AutoConfig"],
    "audit --bundled, warm": ["-m", "archinspect", "audit", "--bundled"],
    "show phi-4-mini --bundled, warm": ["-m", "archinspect", "show", "phi-4-mini", "--bundled"],
}


def main() -> int:
    """Time every process in turns, print medians and the two ratios; 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as cache:
        environment = os.environ | {"ARCHINSPECT_CACHE": cache}
        cold = seconds(PROCESSES["audit --bundled, warm"], environment)
        times: dict[str, list[float]] = {name: [] for name in PROCESSES}
        for _ in range(runs):
            for name, arguments in PROCESSES.items():
                times[name].append(seconds(arguments, environment))
    medians = {name: statistics.median(values) for name, values in times.items()}
    print(f"{'audit --bundled, cold':34} {cold * 1000:7.0f} ms (once)")
    for name, median in medians.items():
        print(f"{name:34} {median * 1000:7.0f} ms (median of {runs})")
    help_ratio = medians["archinspect --help"] / medians["import click"]
    audit_ratio = medians["audit --bundled, warm"] / medians["import AutoConfig"]
    print(f"--help / import click = {help_ratio:.2f} (at most 1.5)")
    print(f"warm audit / import AutoConfig = {audit_ratio:.2f} (less than 1)")
    return 0 if help_ratio <= 1.5 and audit_ratio < 1 else 1


def seconds(arguments: list[str], environment: dict[str, str]) -> float:
    """Wall time of one whole process."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
