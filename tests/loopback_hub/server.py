"""The sockets: one server for the Hub's origin, one for its CDN, one that is neither."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from loopback_hub.answers import Answer, answer, answer_lfs, chunks
from loopback_hub.faults import Fault
from loopback_hub.repository import Repository


@dataclass(frozen=True)
class Request:
    """One request as it arrived: `origin` is hub, cdn or foreign."""

    origin: str
    method: str
    path: str
    headers: Mapping[str, str]
    at: float

    @property
    def authorized(self) -> bool:
        return "authorization" in self.headers


@dataclass
class LoopbackHub:
    """A running Hub; `endpoint` is its address. Use as a context manager."""

    latency: float = 0.0
    """Seconds before every answer."""
    keep: bool = True
    """Keep the requests' details; a benchmark counts only."""
    tokens: set[str] = field(default_factory=lambda: {"hf_member", "hf_stranger"})
    members: set[str] = field(default_factory=lambda: {"hf_member"})
    """Tokens that every gated repository accepts."""
    repositories: dict[str, Repository] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    foreign_body: bytes = b'{"model_type": "evil"}'
    on_request: Callable[[str], None] | None = None
    """Told each path before it is answered: to change the world between two requests."""

    def __enter__(self) -> LoopbackHub:
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._servers = [_Server(self, origin) for origin in ("hub", "cdn", "foreign")]
        self.endpoint, self.cdn, self.foreign = (server.address for server in self._servers)
        for server in self._servers:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stopping.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def add(self, repository: Repository) -> Repository:
        """Serve this repository."""
        self.repositories[repository.id] = repository
        return repository

    def fault(self, kind: str, pattern: str = ".", **details: Any) -> Fault:
        """From now on requests whose `METHOD path` matches go wrong; the first matching fault wins."""
        self.faults.append(Fault(kind, re.compile(pattern), **details))
        return self.faults[-1]

    def accepts(self, token: str | None, repo: str) -> bool:
        """Whether a token opens a gated repository."""
        return token in self.members

    def forget(self) -> None:
        """Forget the requests so far."""
        with self._lock:
            self.requests.clear()
            self.counts.clear()

    def record(self, request: Request) -> None:
        with self._lock:
            self.counts[request.origin] += 1
            if self.keep:
                self.requests.append(request)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, hub: LoopbackHub, origin: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.hub, self.origin = hub, origin
        # three host names, so that "same host" and "same origin" cannot be confused
        host = {"hub": "localhost", "cdn": "127.0.0.1", "foreign": "127.0.0.1"}[origin]
        self.address = f"http://{host}:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is nothing to report."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 2**16
    server: _Server

    def log_message(self, *arguments: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        hub = self.server.hub
        headers = {name.lower(): value for name, value in self.headers.items()}
        if self.path.startswith("/__"):
            self._control()
            return
        hub.record(Request(self.server.origin, self.command, self.path, headers, time.monotonic()))
        if hub.on_request:
            hub.on_request(self.path)
        if hub.latency:
            time.sleep(hub.latency)
        fault = next((fault for fault in hub.faults if fault.strikes(self.command, self.path)), None)
        if fault and fault.kind == "ignore_range":
            headers.pop("range", None)
        if self.server.origin == "foreign":
            reply = Answer(200, {"X-Repo-Commit": "e" * 40}, hub.foreign_body)
        else:
            reply = (answer if self.server.origin == "hub" else answer_lfs)(hub, self.path, headers)
        with contextlib.suppress(ConnectionError, TimeoutError):
            self._send(reply, fault)

    do_HEAD = do_GET  # noqa: N815

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.do_GET()

    def _control(self) -> None:
        """`/__counts`: how many requests arrived since the last question."""
        import json

        body = json.dumps(dict(self.server.hub.counts)).encode()
        self.server.hub.forget()
        self._send(Answer(200, {}, body), None)

    def _send(self, reply: Answer, fault: Fault | None) -> None:
        kind = fault.kind if fault else ""
        if fault and kind in ("hang_before", "disconnect", "latency"):
            self.server.hub.stopping.wait({"hang_before": 3600, "disconnect": 0}.get(kind, fault.pause))
            self.close_connection = kind != "latency"
            if kind != "latency":
                return
        if fault and kind == "status":
            reply = Answer(fault.status, {}, fault.body)
        if fault and kind in ("flip", "rewrite") and not isinstance(reply.body, bytes):
            reply.body = reply.body.part(0, reply.size)
        if fault and kind == "flip" and reply.body:
            body = bytearray(reply.body)  # type: ignore[arg-type]
            body[len(body) // 2] ^= 1
            reply.body = bytes(body)
        if fault and kind == "rewrite":
            reply.body = fault.change(reply.body)  # type: ignore[arg-type]
        self._write(reply, fault, kind)

    def _write(self, reply: Answer, fault: Fault | None, kind: str) -> None:
        headers: dict[str, str | None] = {**reply.headers, "Content-Length": str(reply.size)}
        if kind == "endless":
            headers["Content-Length"] = None
            self.close_connection = True
        headers |= fault.headers if fault else {}
        self.send_response(reply.status)
        for name, value in headers.items():
            if value is not None:
                self.send_header(name, value)
        if kind == "slow_headers" and fault:
            for byte in b"".join(self._headers_buffer):  # type: ignore[attr-defined]
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                if self.server.hub.stopping.wait(fault.pause):
                    return
            self._headers_buffer: list[bytes] = []
        self.end_headers()
        if self.command != "HEAD":
            self._write_body(reply, fault, kind)
        self.wfile.flush()

    def _write_body(self, reply: Answer, fault: Fault | None, kind: str) -> None:
        stopping = self.server.hub.stopping
        if kind in ("hang_middle", "truncate"):
            half = reply.body if isinstance(reply.body, bytes) else reply.body.part(0, reply.size)
            self.wfile.write(half[: len(half) // 2])
            self.wfile.flush()
            if kind == "hang_middle":
                stopping.wait(3600)
            self.close_connection = True
            return
        if kind == "endless":
            while not stopping.is_set():
                self.wfile.write(b" " * 2**16)
        for piece in chunks(reply.body, reply.size):
            if kind == "slow" and fault:
                for byte in piece:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    if stopping.wait(fault.pause):
                        return
            else:
                self.wfile.write(piece)
