"""Further processes that read sources ahead of this one, where many have to be read for the first time.

They work through the list from its end and leave what they learn in the cache, where this process,
which comes from the front, finds it. Nothing depends on them: what they have not read, it reads itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from archinspect.records import SourceFile

if TYPE_CHECKING:
    import subprocess

WORTH_IT: Final = 8
"""Configs to read; starting a process takes as long as reading a few."""
MOST_PROCESSES: Final = 7
PATIENCE_SECONDS: Final = 1.0


@contextmanager
def reading_ahead(configs: Sequence[SourceFile], transformers: Path | None) -> Iterator[None]:
    """Inside, other processors read these configs from the last to the first."""
    count = min(MOST_PROCESSES, (os.cpu_count() or 1) - 1, len(configs) // WORTH_IT)
    backwards = list(reversed(configs))
    processes = [_start(backwards[index::count], transformers) for index in range(count)]
    try:
        yield
    finally:
        for process in processes:
            _stop(process)


def _start(configs: Sequence[SourceFile], transformers: Path | None) -> subprocess.Popen[bytes]:
    import subprocess
    from base64 import b64encode

    # -P: the directory the user happens to be in is not searched for modules.
    command = [sys.executable, "-P", "-m", "archinspect.reading_ahead"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    texts = [b64encode(config.content).decode() for config in configs]
    task = {"transformers": str(transformers) if transformers else None, "configs": texts}
    assert process.stdin is not None
    with contextlib.suppress(OSError):
        process.stdin.write(json.dumps(task).encode() + b"\n")
        process.stdin.flush()
    return process


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Let it finish what it is reading: a process that is killed may leave half an entry behind."""
    from subprocess import TimeoutExpired

    assert process.stdin is not None
    with contextlib.suppress(OSError):
        process.stdin.close()
    try:
        process.wait(PATIENCE_SECONDS)
    except TimeoutExpired:
        process.kill()
        process.wait()


def main() -> None:
    """In the other process: read until the list or standard input ends."""
    import base64
    import select

    from archinspect.modelling import read_config_source
    from archinspect.records import git_blob_id

    task = json.loads(sys.stdin.buffer.readline())
    transformers = Path(task["transformers"]) if task["transformers"] else None
    for text in task["configs"]:
        if select.select([sys.stdin.buffer], [], [], 0)[0]:
            break
        content = base64.b64decode(text)
        read_config_source(
            SourceFile("config.json", content, git_blob_id(content), "unverified"), transformers
        )


if __name__ == "__main__":
    main()
