"""Writes tests/fixtures/truth/<transformers version>.json.xz: what torch builds and computes. Needs
torch==2.13.0.

    python scripts/torch_truth.py FOLDER_OF_CONFIGS [--only ID ...] [--out FILE]

Every type of the installed transformers' causal-LM mapping at its default config, and every config*.json
under the
folder (with --only: these alone, merged into the file), each in a child process with a time limit.
tests/blueprint/truth_fixture.py describes the format.
"""

import argparse
import json
import lzma
import multiprocessing
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LIMIT_SECONDS = 240
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests" / "blueprint")]


def main() -> None:
    import torch
    import transformers

    args = _arguments()
    entries, failed = [], []
    for key, config in _inputs(args.folder):
        if args.only and key not in args.only:
            continue
        started = time.time()
        entry = _in_child(key, config)
        (failed if "error" in entry else entries).append({"id": key, "config": config, **entry})
        print(f"{time.time() - started:6.1f}s {key} {entry.get('error', '')}", flush=True)
    out = args.out or ROOT / "tests" / "fixtures" / "truth" / f"{transformers.__version__}.json.xz"
    if args.only:
        entries, failed = _merged(out, entries, failed)
    truth = {
        "transformers": transformers.__version__,
        "torch": torch.__version__,
        "entries": entries,
        "failed": failed,
    }
    out.write_bytes(lzma.compress(json.dumps(truth).encode(), preset=9 | lzma.PRESET_EXTREME))


def _merged(out: Path, *lists: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """What the file holds, with these entries in place of those of the same id."""
    before = json.loads(lzma.decompress(out.read_bytes())) if out.is_file() else {"entries": [], "failed": []}
    fresh = {one["id"] for entries in lists for one in entries}
    kept = [[one for one in before[name] if one["id"] not in fresh] for name in ("entries", "failed")]
    return [sorted(old + new, key=lambda one: str(one["id"])) for old, new in zip(kept, lists, strict=True)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def _inputs(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    import truth.entry  # noqa: F401 - once here, not in every child
    from truth.build import default_configs

    for model_type, config in default_configs():
        yield f"default:{model_type}", config
    for path in sorted(folder.rglob("config*.json")):
        name = path.relative_to(folder)
        key = str(name.parent) if name.name == "config.json" else f"{name.parent}@{name.stem}"
        yield f"hub:{key}", json.loads(path.read_text())


def _in_child(key: str, config: dict[str, Any]) -> dict[str, Any]:
    """The entry, measured in a forked process that may hang or be killed."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_send, args=(theirs, config))
    child.start()
    theirs.close()
    try:
        entry: dict[str, Any] = (
            ours.recv() if ours.poll(LIMIT_SECONDS) else {"error": f"over {LIMIT_SECONDS} s"}
        )
    except EOFError:
        entry = {"error": "the process was killed"}
    child.kill()
    child.join()
    return entry


def _send(pipe: Any, config: dict[str, Any]) -> None:
    from truth.entry import entry_of

    try:
        pipe.send(entry_of(config))
    except Exception as error:  # an entry that cannot be built is a result
        pipe.send(
            {"error": f"{type(error).__name__}: {error}"[:500], "trace": traceback.format_exc()[-1500:]}
        )


if __name__ == "__main__":
    main()
