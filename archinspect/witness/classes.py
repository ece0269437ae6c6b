"""What the installed transformers' config classes make of configs: learnt once, then remembered.

This is the one place where transformers is imported, in a child process that can be stopped: a
hostile number in a config.json of 60 bytes can keep a class busy for a minute.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from archinspect.records import ClassView, Json

IMPORT_SECONDS = 120.0
"""For the first answer: importing transformers takes one to three seconds, more on a busy machine."""
ANSWER_SECONDS = 10.0


def installed_version() -> str | None:
    """The installed transformers' version, without importing it; None when there is none."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("transformers")
    except PackageNotFoundError:
        return None


def ask_classes(configs: Sequence[Mapping[str, Json]]) -> list[ClassView]:
    """One view per config, in order. Never raises: a class that refuses or hangs is an `error`."""
    views: list[ClassView] = []
    while len(views) < len(configs):
        views += _ask_until_stuck(configs[len(views) :])
    return views


def _ask_until_stuck(configs: Sequence[Mapping[str, Json]]) -> list[ClassView]:
    """Views up to and including the first config that the worker does not survive."""
    views: list[ClassView] = []
    with _worker() as process:
        for config in configs:
            limit = ANSWER_SECONDS if views else IMPORT_SECONDS
            line = _exchange(process, config, limit)
            if line is None:
                problem = f"gave no answer within {limit:.0f} s or ran out of memory"
                views.append(_failed(problem, transient=True))
                break
            views.append(_parsed(line))
    return views


def _exchange(process: subprocess.Popen[bytes], config: Mapping[str, Json], seconds: float) -> bytes | None:
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(json.dumps(config).encode() + b"\n")
        process.stdin.flush()
    except OSError:
        return None
    deadline = time.monotonic() + seconds
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
        chunk = os.read(process.stdout.fileno(), 65536) if ready else b""
        if not chunk:
            return None
        line += chunk
    return line


@contextmanager
def _worker() -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TRANSFORMERS_VERBOSITY": "error",
        "PYTHONWARNINGS": "ignore",
    }
    # -P: the directory the user happens to be in, perhaps a downloaded model, is not searched for modules.
    command = [sys.executable, "-P", "-m", "archinspect.witness._class_worker"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _parsed(line: bytes) -> ClassView:
    try:
        answer = json.loads(line)
        return ClassView(
            source=f"transformers=={answer['version']}",
            class_name=answer.get("class_name"),
            values=answer.get("values", {}),
            root_class_name=answer.get("root_class_name"),
            root_values=answer.get("root_values", {}),
            names=answer.get("names", {}),
            text_key=answer.get("text_key"),
            error=answer.get("error"),
            refused=bool(answer.get("refused")),
            unknown_type=bool(answer.get("unknown_type")),
        )
    except (ValueError, KeyError, TypeError) as error:
        return _failed(f"answered what could not be read ({error})")


def _failed(problem: str, transient: bool = False) -> ClassView:
    source = f"transformers=={installed_version()}"
    return ClassView(source, None, error=f"the config class {problem}", transient=transient)
