"""Endpoint, token, proxies and certificates: as huggingface_hub takes them."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from loopback_hub import LoopbackHub

from archinspect.errors import UsageError
from archinspect.sources import session

PROGRAM = """
import sys
from archinspect.records import Target
from archinspect.sources.hub import fetch, FetchOptions
report = fetch([Target("m", "org/name")], FetchOptions(timeout=20))
(snapshot,) = report.snapshots
print(snapshot.outcome, snapshot.error.code if snapshot.error else "-", report.requests)
print(repr(report), *report.log, file=sys.stderr)
"""


def run(tmp_path: Path, **environment: str) -> tuple[list[str], str]:
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    variables = {**kept, "HF_HOME": str(tmp_path), "ARCHINSPECT_CACHE": str(tmp_path / "ours"), **environment}
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=variables, capture_output=True, text=True, timeout=60, check=True
    )
    return result.stdout.split(), result.stderr


def test_the_environment_is_taken_as_the_library_takes_it(hub: LoopbackHub, tmp_path: Path) -> None:
    said, _ = run(tmp_path, HF_ENDPOINT=hub.endpoint + "/")
    assert said == ["read", "-", "5"]
    assert (tmp_path / "hub/models--org--name/refs/main").exists()
    said, _ = run(tmp_path, HF_ENDPOINT=hub.endpoint, HF_HUB_CACHE=str(tmp_path / "elsewhere"))
    assert (tmp_path / "elsewhere/models--org--name").exists()


def test_a_token_from_the_file_is_used_and_never_shown(hub: LoopbackHub, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hf_member\n")
    _, shown = run(tmp_path, HF_ENDPOINT=hub.endpoint)
    assert all(request.authorized for request in hub.requests if request.origin == "hub")
    assert "hf_member" not in shown
    hub.forget()
    run(tmp_path / "b", HF_ENDPOINT=hub.endpoint, HF_TOKEN="hf_member", HF_HUB_DISABLE_IMPLICIT_TOKEN="1")
    assert not any(request.authorized for request in hub.requests)


def test_a_proxy_is_used(hub: LoopbackHub, tmp_path: Path) -> None:
    said, _ = run(tmp_path, HF_ENDPOINT="http://hub.invalid", HTTP_PROXY=hub.endpoint, HF_TOKEN="hf_member")
    assert said == ["read", "-", "5"]
    assert {request.headers["host"] for request in hub.requests} == {"hub.invalid"}


def test_a_proxy_that_is_not_there_is_no_network(tmp_path: Path) -> None:
    said, _ = run(tmp_path, HF_ENDPOINT="http://hub.invalid", HTTP_PROXY="http://127.0.0.1:9")
    assert said[:2] == ["offline", "unreachable"]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_a_certificate_is_checked_and_a_bundle_honoured(hub: LoopbackHub, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command, *names], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = HTTPServer(("127.0.0.1", 0), _Missing)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"https://localhost:{server.server_address[1]}"
    try:
        assert run(tmp_path, HF_ENDPOINT=endpoint)[0][:2] == ["error", "tls"]
        trusted, _ = run(tmp_path, HF_ENDPOINT=endpoint, SSL_CERT_FILE=str(certificate))
        assert trusted[:2] == ["not_found_or_private", "not_found_or_private"]
    finally:
        server.shutdown()
        server.server_close()


class _Missing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://huggingface.co/x", ("https", "huggingface.co", 443)),
        ("https://HuggingFace.co:443", ("https", "huggingface.co", 443)),
        ("http://huggingface.co", ("http", "huggingface.co", 80)),
        ("https://huggingface.co:8443", ("https", "huggingface.co", 8443)),
        ("https://huggingface.co@evil.example/", ("https", "evil.example", 443)),
        ("https://huggingface.co.evil.example/", ("https", "huggingface.co.evil.example", 443)),
    ],
)
def test_origins(url: str, origin: tuple[str, str, int]) -> None:
    assert session.origin_of(url) == origin


@pytest.mark.parametrize("endpoint", ["huggingface.co", "", "ftp://x", "file:///x", "http://", "http://x:y"])
def test_an_endpoint_that_is_none(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", endpoint)
    with pytest.raises(UsageError, match="HF_ENDPOINT"):
        session.settings()


def test_settings_do_not_show_the_token() -> None:
    assert "secret" not in repr(session.Settings("http://x", Path(), False, "secret"))
