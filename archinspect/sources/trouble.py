"""What can go wrong between us and a file: one table from kind of trouble to outcome and next step."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, cast

from archinspect.errors import FetchError
from archinspect.records import Failure, Outcome

TABLE: Final[Mapping[str, tuple[Outcome, str | None]]] = {
    "gated_anonymous": (
        "gated",
        "accept the terms on the model's page, then set HF_TOKEN or run `hf auth login`; no token was sent",
    ),
    "gated_token": (
        "gated",
        "accept the terms on the model's page with the token's account; the token sent has no access",
    ),
    "not_found_or_private": (
        "not_found_or_private",
        "check the name; if the repository is private, set HF_TOKEN: without one the two look the same",
    ),
    "not_found": ("not_found_or_private", "check the name, and that the token's account may read it"),
    "revision_not_found": ("not_found_or_private", "check the revision; leave it out for the default branch"),
    "disabled": ("error", "the Hub has disabled this repository"),
    "invalid_token": ("error", "renew HF_TOKEN, or unset it to read public models"),
    "rate_limited": ("rate_limited", "wait, set HF_TOKEN for a larger budget, or give a longer --timeout"),
    "unreachable": ("offline", "check the network and HF_ENDPOINT; --bundled and --offline need none"),
    "offline_mode": ("offline", "run once without --offline (and without HF_HUB_OFFLINE) to fill the cache"),
    "tls": ("error", "if a proxy signs with its own certificate, point SSL_CERT_FILE at its CA bundle"),
    "timeout": ("error", "try again, or give a longer --timeout"),
    "connection": ("error", "try again"),
    "server": ("error", "the server is in trouble; try again later"),
    "refused": ("error", None),
    "redirect": ("error", "check HF_ENDPOINT and proxies: the answer leads somewhere it must not"),
    "integrity": (
        "error",
        "the bytes are not those the Hub lists; check proxies and mirrors, then try again",
    ),
    "missing": ("error", "the repository lists this file but does not serve it"),
    "bad_answer": ("malformed", "check HF_ENDPOINT and proxies: a login or error page was sent instead"),
    "too_large": ("malformed", "no genuine file of this name is that large"),
    "malformed": ("malformed", None),
    "no_config": (
        "malformed",
        "there is nothing to inspect without config.json (weights in other formats, adapters, datasets)",
    ),
    "bad_name": (
        "not_found_or_private",
        "a repository is named `org/name`, a revision like a git branch or commit",
    ),
    "internal": ("error", "this is a defect of archinspect; please report it"),
}
TRANSIENT: Final = frozenset({"rate_limited", "unreachable", "timeout", "connection", "server"})
"""Says nothing about the model: what is already cached at a commit may be used."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class SourceError(FetchError):
    """A FetchError of one of the kinds in TABLE; its `code` is the outcome."""

    def __init__(self, kind: str, message: str, hint: str | None = None) -> None:
        outcome, next_step = TABLE[kind]
        super().__init__(message, outcome, hint or next_step)
        self.kind = kind

    @property
    def outcome(self) -> Outcome:
        return cast(Outcome, self.code)

    def failure(self) -> Failure:
        """As a record."""
        return Failure(self.kind, str(self), self.hint)


def outcome_of(failure: Failure) -> Outcome:
    """The model's outcome when this stops it."""
    return TABLE[failure.code][0]


def from_status(status: int, headers: Mapping[str, str], what: str, token_sent: bool) -> SourceError:
    """What a refusal means; `what` names the file or repository asked for.

    The Hub answers 401 for missing and private alike when the caller is anonymous, and names other
    causes in X-Error-Code.
    """
    code = headers.get("x-error-code", "")
    said = plain(headers.get("x-error-message", ""))
    if code == "GatedRepo":
        return SourceError("gated_token" if token_sent else "gated_anonymous", f"{what} is gated")
    if status == 429:
        return SourceError("rate_limited", f"the Hub's rate limit stopped {what}")
    if status == 401 and "credentials" in said.lower():
        return SourceError("invalid_token", f"the Hub does not know the token that was sent for {what}")
    if code == "RevisionNotFound":
        return SourceError("revision_not_found", f"{what}: there is no such revision")
    if code == "EntryNotFound":
        return SourceError("missing", f"{what} is not there")
    if status == 401 or code == "RepoNotFound":
        return _not_found(what, token_sent)
    if code == "DisabledRepo" or "disabled" in said.lower() or status in (410, 451):
        return SourceError("disabled", f"{what} is disabled: {said or status}")
    if status == 404:
        return _not_found(what, token_sent)
    if status >= 500 or status == 408:
        return SourceError("server", f"{what}: the server answered {status}")
    return SourceError("refused", f"{what}: the server answered {status}{': ' + said if said else ''}")


def plain(text: str, most: int = 200) -> str:
    """Foreign text for a message: one line, no control characters, not endless."""
    return _CONTROL.sub(" ", text).strip()[:most]


def _not_found(what: str, token_sent: bool) -> SourceError:
    if token_sent:
        return SourceError("not_found", f"{what} does not exist, or this token may not read it")
    return SourceError("not_found_or_private", f"{what} does not exist or is private")
