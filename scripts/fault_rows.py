"""The faults of docs/faults.md: what is done to the loopback Hub before a command runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from loopback_hub import Big, LoopbackHub, Repository

FAULTY, GOOD = "microsoft/Phi-4-mini-instruct", "Qwen/Qwen3-4B"
COPY = "copy/Phi-4-mini"
INFO, FILE = r"/api/models/microsoft", r"/microsoft/.*/config\.json"
BODY = r"/api/resolve-cache/.*/microsoft/.*/config\.json"
FIRST_HOP = r" /microsoft/[^/]+/resolve/.*/config\.json"


@dataclass(frozen=True)
class Row:
    """One line of the table: what is done to the Hub before the command runs."""

    name: str
    faults: tuple[tuple[str, str, dict[str, Any]], ...] = ()
    prepare: Callable[[LoopbackHub], None] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    registry: str = ""


def one(name: str, kind: str, where: str = INFO, **details: Any) -> Row:
    return Row(name, ((kind, where, details),))


def gate(hub: LoopbackHub) -> None:
    hub.repositories[FAULTY].gated = "manual"


def hide(hub: LoopbackHub) -> None:
    hub.repositories[FAULTY].private = True


def remove(hub: LoopbackHub) -> None:
    del hub.repositories[FAULTY]


def rename(hub: LoopbackHub) -> None:
    old = hub.repositories.pop(FAULTY)
    files = {path: file.content for path, file in old.commits[old.sha].items()}
    hub.add(Repository("microsoft/Phi-4-mini-renamed", files, renamed_from=FAULTY))


def mirror(hub: LoopbackHub) -> None:
    gate(hub)
    old = hub.repositories[FAULTY]
    hub.add(Repository(COPY, {path: file.content for path, file in old.commits[old.sha].items()}))


def forge(hub: LoopbackHub) -> None:
    mirror(hub)
    files = {path: file.content for path, file in hub.repositories[COPY].commits.popitem()[1].items()}
    files["config.json"] = bytes(files["config.json"]).replace(
        b'"num_key_value_heads": 8', b'"num_key_value_heads": 4'
    )
    hub.add(Repository(COPY, files))


def weigh(hub: LoopbackHub) -> None:
    """Weights of 10 GB, of which nobody may read more than the header."""
    header = json.dumps({"w": {"dtype": "U8", "shape": [10**10], "data_offsets": [0, 10**10]}}).encode()
    start = len(header).to_bytes(8, "little") + header
    old = hub.repositories[FAULTY]
    files = {path: file.content for path, file in old.commits[old.sha].items()}
    del files["model.safetensors.index.json"]
    old.commit({**files, "model.safetensors": Big(start, len(start) + 10**10)})


def html(body: bytes) -> bytes:
    return b"<!doctype html><title>Sign in</title>"


def rows(hub: LoopbackHub) -> Iterator[Row]:
    """Every fault, in the order of the table."""
    mirrors = f'mirrors = ["{COPY}"]'
    yield Row("none")
    for status in (429, 500, 503):
        yield one(f"{status} once, model info", "status", status=status, times=1)
        yield one(f"{status} once, file", "status", FILE, status=status, times=1)
        yield one(f"{status} for ever, model info", "status", status=status)
        yield one(f"{status} for ever, file", "status", FILE, status=status)
    for name, value in (
        ("1 s", "1"),
        ("a day", "86400"),
        ("a date in 2100", "Fri, 01 Jan 2100 00:00:00 GMT"),
    ):
        once = 1 if name == "1 s" else None
        yield one(
            f"429, Retry-After {name}", "status", status=429, headers={"Retry-After": value}, times=once
        )
    yield one(
        "RateLimit used up for 4 minutes", "status", status=429, headers={"RateLimit": '"api";r=0;t=240'}
    )
    for where, pattern in (("model info", INFO), ("file", BODY)):
        yield one(f"silence, {where}", "hang_before", pattern)
        yield one(f"silence in the middle of the body, {where}", "hang_middle", pattern)
        yield one(f"truncated body, once, {where}", "truncate", pattern, times=1)
        yield one(f"truncated body, for ever, {where}", "truncate", pattern)
        yield one(f"connection closed, {where}", "disconnect", pattern)
        yield one(f"slow body, 20 bytes a second, {where}", "slow", pattern, pause=0.05)
        yield one(f"slow headers, {where}", "slow_headers", pattern, pause=0.2)
        yield one(f"endless body, {where}", "endless", pattern)
        yield one(f"10 GB stated, {where}", "headers", pattern, headers={"Content-Length": str(10 * 2**30)})
        yield one(f"HTML instead, {where}", "rewrite", pattern, change=html)
    yield one("flipped byte, once", "flip", BODY, times=1)
    yield one("flipped byte, for ever", "flip", BODY)
    yield one("flipped byte, model info", "flip", INFO)
    yield one("wrong ETag", "headers", FILE, headers={"ETag": f'"{"0" * 40}"'})
    yield one("ETag ../../../../evil", "headers", FILE, headers={"ETag": '"../../../../evil"'})
    yield one("stated length too small", "headers", BODY, headers={"Content-Length": "100"})
    yield one("stated length too large", "headers", BODY, headers={"Content-Length": "9999"})
    away = {"Location": f"{hub.foreign}/config.json"}
    yield one("file redirected to a foreign host", "status", FIRST_HOP, status=302, headers=away)
    yield one("model info redirected to a foreign host", "status", status=302, headers=away)
    yield one("redirects in a circle", "status", status=307, headers={"Location": f"/api/models/{FAULTY}"})
    yield one(
        "listed file is not served", "status", FILE, status=404, headers={"X-Error-Code": "EntryNotFound"}
    )
    yield one("disabled repository", "status", status=403, headers={"X-Error-Code": "DisabledRepo"})
    yield Row("10 GB of weights", prepare=weigh)
    yield Row("10 GB of weights, Range ignored", (("ignore_range", "/lfs/", {}),), weigh)
    wrong = {"headers": {"Content-Range": "bytes 1-9/99"}}
    yield Row("10 GB of weights, another part than asked for", (("headers", "/lfs/", wrong),), weigh)
    yield Row("gated, no token", prepare=gate)
    yield Row("gated, token without access", prepare=gate, environment={"HF_TOKEN": "hf_stranger"})
    yield Row("gated, token with access", prepare=gate, environment={"HF_TOKEN": "hf_member"})
    yield Row("gated, equal mirror", prepare=mirror, registry=mirrors)
    yield Row("gated, mirror with another config", prepare=forge, registry=mirrors)
    yield Row("private, no token", prepare=hide)
    yield Row("private, token with access", prepare=hide, environment={"HF_TOKEN": "hf_member"})
    yield Row("missing repository, no token", prepare=remove)
    yield Row("missing repository, token", prepare=remove, environment={"HF_TOKEN": "hf_member"})
    yield Row("token that is not known", environment={"HF_TOKEN": "hf_wrong"})
    yield Row("missing revision", registry=f'revision = "{"0" * 40}"')
    yield Row("renamed repository", prepare=rename)
    yield Row("branch moves between the requests", prepare=None, faults=(("latency", FILE, {"pause": 0.3}),))
    yield Row("no network", environment={"HF_ENDPOINT": "http://127.0.0.1:9"})
    yield Row("HF_HUB_OFFLINE, nothing cached", environment={"HF_HUB_OFFLINE": "1"})
