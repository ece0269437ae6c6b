"""GET with limits: hops followed by hand, bytes capped, attempts repeated within the deadline.

huggingface_hub's own calls have no limit on a whole request, sleep as long as a server tells them to
and compare lengths only, so they are used for the session alone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from msgspec import Struct, field

from archinspect.sources import pace, session
from archinspect.sources.trouble import SourceError, from_status, plain

CONNECT_SECONDS: Final = 5.0
IDLE_SECONDS: Final = 10.0
SLOWEST_BYTES_PER_SECOND: Final = 50_000
LONGEST_SMALL_REQUEST_SECONDS: Final = 30.0
MOST_HOPS: Final = 5
WORTH_READING: Final = 64 * 1024
OFFICIAL: Final = frozenset({("https", "huggingface.co", 443), ("https", "hf.co", 443)})
"""Where an endpoint that mirrors the Hub may send model infos on to."""
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
TRIES_OF: Final[Mapping[str, int]] = {"timeout": 2, "unreachable": 2, "integrity": 2, "bad_answer": 2}
"""Attempts for a kind of trouble, where fewer than pace.MOST_ATTEMPTS make sense."""
RETRIED: Final = frozenset({*TRIES_OF, "connection", "server", "rate_limited"})


class Ask(Struct, frozen=True):
    """One thing to get."""

    url: str
    what: str
    """Names it in messages: `config.json of org/name`."""
    budget: str
    """Which of the Hub's windows it is counted in: api or resolvers."""
    cap: int
    """The most bytes of body that are read."""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    accept: frozenset[int] = frozenset({200})
    follow: str = "any"
    """Where redirects may lead: `any` origin, the `same` one (or OFFICIAL), or nowhere (`none`)."""
    enough: Callable[[bytearray, int], bool] | None = None
    """Stops the body early: (bytes so far, status) -> whether they are all that is needed."""


class Reply(Struct, frozen=True):
    """What came back, after redirects."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    url: str


class Tally(Struct):
    """Requests of a run; every hop and every attempt counts as one."""

    requests: int = 0
    hops: int = 0
    lines: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, method: str, url: str, result: str, seconds: float, hop: bool) -> None:
        parts = urlsplit(url)  # the query of a CDN address holds a signature: not for a log
        with self.lock:
            self.requests += 1
            self.hops += hop
            address = f"{parts.scheme}://{parts.netloc}{parts.path}"
            self.lines.append(f"{method} {address} {result} {seconds * 1000:.0f} ms")


class Transport:
    """Sends what is asked for; safe from many threads."""

    def __init__(self, settings: session.Settings) -> None:
        self.settings = settings
        self.tally = Tally()
        self._budget = pace.Budget()
        self._answered = False
        self._unreachable: str | None = None

    def get(self, ask: Ask, deadline: pace.Deadline, check: Callable[[Reply], None] | None = None) -> Reply:
        """The reply, once `check` accepts it; raises SourceError.

        Timeouts, broken connections, 408, 429, 5xx and replies that `check` refuses are tried again
        with growing pauses, or after the pause the server asks for; never beyond the deadline.
        """
        for attempt in range(pace.MOST_ATTEMPTS):
            self._enter(ask, deadline)
            try:
                reply = self._attempt(ask, deadline)
                if check:
                    check(reply)
                return reply
            except SourceError as trouble:
                last = attempt + 1 >= TRIES_OF.get(trouble.kind, pace.MOST_ATTEMPTS)
                if trouble.kind not in RETRIED or last:
                    self._remember(trouble)
                    raise
                if not deadline.sleep(pace.backoff(attempt)):
                    raise
        raise AssertionError("unreachable")  # the last attempt returns or raises

    def _enter(self, ask: Ask, deadline: pace.Deadline) -> None:
        if deadline.remaining() <= 0:
            raise SourceError("timeout", f"{ask.what}: the run's {deadline.seconds:.0f} s were over")
        if self._unreachable:
            raise SourceError("unreachable", self._unreachable)
        self._budget.enter(ask.budget, ask.what, deadline)

    def _remember(self, trouble: SourceError) -> None:
        # a host that never answered is not tried again for every further model
        if trouble.kind == "unreachable" and not self._answered:
            self._unreachable = str(trouble)

    def _attempt(self, ask: Ask, deadline: pace.Deadline) -> Reply:
        url = ask.url
        for hop in range(MOST_HOPS + 1):
            reply = self._once(ask, url, deadline, hop > 0)
            if reply.status in ask.accept or reply.status not in REDIRECTS:
                break
            url = self._next(ask, url, reply)
        else:
            raise SourceError("redirect", f"{ask.what}: more than {MOST_HOPS} redirects")
        if reply.status not in ask.accept:
            sent = bool(self.settings.token)
            raise from_status(reply.status, reply.headers, ask.what, sent)
        return reply

    def _next(self, ask: Ask, url: str, reply: Reply) -> str:
        """Where a redirect leads, if it may."""
        try:
            location = urljoin(url, reply.headers.get("location", ""))
            target = session.origin_of(location)
        except ValueError:  # a port or host that is none
            location, target = "", ("", "", None)
        if not reply.headers.get("location") or target[0] not in ("http", "https"):
            raise SourceError("redirect", f"{ask.what}: answered {reply.status} without a usable address")
        downgrade = url.startswith("https:") and target[0] != "https"
        astray = ask.follow == "same" and target != session.origin_of(url) and target not in OFFICIAL
        if ask.follow == "none" or downgrade or astray:
            raise SourceError("redirect", f"{ask.what}: a redirect to {plain(target[1])} is not followed")
        if ask.follow == "same" and not urlsplit(location).query:
            location += "?" + urlsplit(url).query  # a renamed repository is still asked the same question
        return location

    def _once(self, ask: Ask, url: str, deadline: pace.Deadline, hop: bool) -> Reply:
        start = time.monotonic()
        result = "failed"
        try:
            with self._translating(ask, deadline):
                reply = self._send(ask, url, deadline)
                result = f"{reply.status} {len(reply.body)} bytes"
        except SourceError as trouble:
            result = trouble.kind
            raise
        finally:
            self.tally.add(ask.method, url, result, time.monotonic() - start, hop)
        self._answered = True
        self._budget.note(ask.budget, reply.status, reply.headers)
        return reply

    def _send(self, ask: Ask, url: str, deadline: pace.Deadline) -> Reply:
        client = session.client()
        limit = min(deadline.remaining(), LONGEST_SMALL_REQUEST_SECONDS + ask.cap / SLOWEST_BYTES_PER_SECOND)
        idle = max(0.1, min(IDLE_SECONDS, limit))
        timeout = session.http_library(client).Timeout(idle, connect=min(CONNECT_SECONDS, idle))
        request = client.build_request(ask.method, url, headers=self._headers(ask, url), timeout=timeout)
        request.headers.pop("cookie", None)
        response = client.send(request, stream=True, follow_redirects=False)
        try:
            headers = {name.lower(): value for name, value in response.headers.items()}
            wanted = response.status_code in ask.accept and ask.method != "HEAD"
            until = time.monotonic() + limit
            body = _body(response, ask, until) if wanted else _drain(response, until)
            return Reply(response.status_code, headers, body, url)
        finally:
            response.close()

    def _headers(self, ask: Ask, url: str) -> dict[str, str]:
        headers = {"User-Agent": self.settings.user_agent, "Accept-Encoding": "identity", **ask.headers}
        if self.settings.token and session.origin_of(url) == self.settings.origin:
            headers["Authorization"] = f"Bearer {self.settings.token}"
        return headers

    @contextmanager
    def _translating(self, ask: Ask, deadline: pace.Deadline) -> Iterator[None]:
        """Turns the HTTP library's exceptions into SourceError, without quoting what was sent."""
        try:
            yield
        except SourceError:
            raise
        except Exception as error:  # noqa: BLE001  (the library's tree has several roots; all are named below)
            raise _translate(error, ask, self.settings, deadline) from None


def _body(response: Any, ask: Ask, until: float) -> bytes:
    """Read the body up to its cap; raises SourceError when it is longer or takes too long."""
    stated = response.headers.get("content-length", "")
    if ask.enough is None and stated.isdigit() and int(stated) > ask.cap:
        raise SourceError(
            "too_large", f"{ask.what}: {stated[:20]} bytes are offered, {ask.cap} is the most it may be"
        )
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if ask.enough is not None and ask.enough(body, response.status_code):
            break
        if len(body) > ask.cap:
            raise SourceError("too_large", f"{ask.what}: more than the {ask.cap} bytes it may be")
        if time.monotonic() > until:
            raise SourceError("timeout", f"{ask.what}: {len(body)} bytes in the time allowed, and no end")
    return bytes(body)


def _drain(response: Any, until: float) -> bytes:
    """Read a short body to its end: only then can the connection be used again."""
    read = 0
    for piece in response.iter_bytes():
        read += len(piece)
        if read > WORTH_READING or time.monotonic() > until:
            break
    return b""


def _translate(
    error: Exception, ask: Ask, settings: session.Settings, deadline: pace.Deadline
) -> SourceError:
    names = {base.__name__ for base in type(error).__mro__}
    host = urlsplit(settings.endpoint).netloc
    said = plain(str(error)).replace(settings.token or "\0", "***")
    if "OfflineModeIsEnabled" in names:
        return SourceError("offline_mode", f"{ask.what}: HF_HUB_OFFLINE allows no connection")
    if {"ConnectError", "ProxyError"} & names and "CERTIFICATE" in said.upper():
        return SourceError("tls", f"{host}: {said}")
    if {"ConnectError", "ConnectTimeout", "ProxyError"} & names:
        return SourceError("unreachable", f"{host} cannot be reached: {said or type(error).__name__}")
    if "TimeoutException" in names:
        seconds = min(IDLE_SECONDS, deadline.seconds)
        return SourceError("timeout", f"{ask.what}: the server was silent for {seconds:.0f} s")
    if {"TransportError", "StreamError", "RuntimeError"} & names:
        return SourceError("connection", f"{ask.what}: the connection broke ({type(error).__name__})")
    if {"InvalidURL", "DecodingError", "UnsupportedProtocol", "UnicodeError"} & names:
        return SourceError("redirect", f"{ask.what}: {type(error).__name__}: {said}")
    return SourceError("internal", f"{ask.what}: {type(error).__name__}: {said}")
