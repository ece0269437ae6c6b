"""How a run fetches, and what it reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from archinspect.records import Snapshot

if TYPE_CHECKING:
    from archinspect.sources.transport import Tally

DEFAULT_JOBS = 32
DEFAULT_TIMEOUT_SECONDS = 120.0


class FetchOptions(Struct, frozen=True):
    """What to fetch and within which limits."""

    jobs: int = DEFAULT_JOBS
    """Requests under way at once, over all models."""
    timeout: float = DEFAULT_TIMEOUT_SECONDS
    """Seconds the whole run may take, pauses included."""
    offline: bool = False
    """Use the caches only; no connection is made."""
    want_headers: bool = False
    """Read the headers of the safetensors files too."""
    want_code: bool = False
    """Read the repository's own modelling source too."""
    use_token: bool = True
    """Send the caller's Hugging Face token, to the endpoint only."""
    extra: tuple[str, ...] = ()
    """Files to read at once that are otherwise read on demand, such as tokenizer.json."""


class FetchReport(Struct, frozen=True):
    """The snapshots, in the order of the targets, and what it took to get them."""

    snapshots: tuple[Snapshot, ...]
    tally: Tally
    """Counts on: files read later through `Snapshot.more` are in it too."""
    warnings: tuple[str, ...] = ()
    """About the run, not a model: a cache that cannot be written."""

    @property
    def requests(self) -> int:
        """Requests sent; each redirect and each attempt is one."""
        return self.tally.requests

    @property
    def hops(self) -> int:
        """How many of the requests followed a redirect."""
        return self.tally.hops

    @property
    def contacted(self) -> bool:
        """Whether anything was sent at all."""
        return self.tally.requests > 0

    @property
    def log(self) -> tuple[str, ...]:
        """One line per request, without queries and credentials."""
        return tuple(self.tally.lines)


class Progress(Protocol):
    """Told how far a run is; always from the thread that called `fetch`."""

    def update(self, done: int, total: int, requests: int) -> None:
        """`done` of `total` models are there after so many requests."""

    def close(self) -> None:
        """The run is over."""
