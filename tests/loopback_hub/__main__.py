"""Serve a folder of repositories: `python -m loopback_hub FOLDER [--latency S] [--copies N]`.

Prints {"endpoint": ..., "repositories": {name: commit}} and serves until its standard input closes.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from loopback_hub import LoopbackHub, Repository


def repositories(folder: Path) -> dict[str, dict[str, bytes]]:
    """`<org>/<name>/<file>` below the folder, as repository -> file -> content."""
    found: dict[str, dict[str, bytes]] = {}
    for path in sorted(folder.glob("*/*/**/*")):
        if path.is_file():
            org, name, *rest = path.relative_to(folder).parts
            found.setdefault(f"{org}/{name}", {})["/".join(rest)] = path.read_bytes()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="loopback_hub")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--latency", type=float, default=0.0)
    options = parser.parse_args()
    with LoopbackHub(latency=options.latency, keep=False) as hub:
        for name, files in repositories(options.folder).items():
            hub.add(Repository(name, files))
        commits = {name: repository.sha for name, repository in sorted(hub.repositories.items())}
        print(json.dumps({"endpoint": hub.endpoint, "repositories": commits}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
