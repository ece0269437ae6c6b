"""A Hub on this machine: real HTTP over real sockets, two origins, faults on request.

    with LoopbackHub() as hub:
        hub.add(Repository("org/name", {"config.json": b"{}"}))
        hub.fault("status", r"/resolve/", status=503, times=1)
        ... HF_ENDPOINT=hub.endpoint ...
        hub.requests      # what arrived, redirects included

It answers as the Hub does: model info and tree, resolve with HEAD, GET and Range, 307 to resolve-cache
for small files, 302 to a second origin for LFS, X-Repo-Commit, X-Linked-*, X-Error-Code, RateLimit.
`python -m loopback_hub FOLDER` serves a folder of `<org>/<name>/<file>` from a process of its own.
"""

from loopback_hub.faults import Fault
from loopback_hub.repository import Big, Repository
from loopback_hub.server import LoopbackHub, Request

__all__ = ["Big", "Fault", "LoopbackHub", "Repository", "Request"]
