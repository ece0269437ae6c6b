"""What huggingface_hub provides: endpoint, token, cache folder, offline mode and the HTTP client.

Everything the environment can set (HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE,
proxies, CA bundles) is taken as the library takes it. Requests are sent through its own client, so
that a client factory set by an embedding program holds for us too.
"""

from __future__ import annotations

import importlib
import os
import platform
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archinspect.errors import UsageError

_TOKEN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True)
class Settings:
    """What one run knows of its surroundings."""

    endpoint: str
    """Without a slash at its end."""
    cache: Path
    """The Hub cache, `models--org--name` folders below it."""
    offline: bool
    token: str | None = field(default=None, repr=False)
    user_agent: str = "archinspect"

    @property
    def origin(self) -> tuple[str, str, int | None]:
        return origin_of(self.endpoint)


def settings(offline: bool = False, use_token: bool = True) -> Settings:
    """Read the surroundings once; raises UsageError when HF_ENDPOINT or the token cannot be used."""
    constants = _constants()
    endpoint = str(constants.ENDPOINT).rstrip("/")
    if not _is_address(endpoint):
        raise UsageError(f"HF_ENDPOINT is {endpoint!r}, which is not an http(s) address")
    offline = offline or bool(constants.is_offline_mode())
    token = None if offline or not use_token else _token(constants)
    return Settings(endpoint, Path(constants.HF_HUB_CACHE), offline, token, _user_agent())


def client() -> Any:
    """The library's shared client (httpx or its fork httpx2, by version of huggingface_hub)."""
    _constants()
    return importlib.import_module("huggingface_hub.utils").get_session()


def http_library(session: Any) -> Any:
    """The module the client comes from, for its exceptions and Timeout."""
    for base in type(session).__mro__:
        root = base.__module__.split(".")[0]
        if base.__name__ == "Client" and root.startswith("httpx"):
            return importlib.import_module(root)
    raise UsageError(f"huggingface_hub's client is a {type(session).__name__}, which is not known here")


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: what decides whether the token may be sent."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme.lower(), (parts.hostname or "").lower(), port


def _is_address(endpoint: str) -> bool:
    try:
        scheme, host, _ = origin_of(endpoint)
    except ValueError:  # a port that is no number
        return False
    return scheme in ("http", "https") and bool(host)


def _constants() -> Any:
    # read when huggingface_hub is imported; without it the first request of a process is preceded
    # by one that fetches a list for the library's own statistics
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    return importlib.import_module("huggingface_hub.constants")


def _token(constants: Any) -> str | None:
    if getattr(constants, "HF_HUB_DISABLE_IMPLICIT_TOKEN", False):
        return None
    from huggingface_hub import get_token

    token = get_token()
    if token is not None and not _TOKEN.fullmatch(token):
        # the HTTP library would quote the value in its error
        raise UsageError("the Hugging Face token holds characters that no token has", "set HF_TOKEN anew")
    return token


def _user_agent() -> str:
    from importlib.metadata import PackageNotFoundError, version

    def of(package: str) -> str:
        try:
            return version(package)
        except PackageNotFoundError:
            return "0"

    return (
        f"archinspect/{of('archinspect')}; hf_hub/{of('huggingface_hub')}; python/{platform.python_version()}"
    )
