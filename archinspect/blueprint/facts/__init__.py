"""Facts with basis ``code``: what a built model and its traced forward show, each citing its lines."""

from __future__ import annotations

from .derive import derive, facts_of

__all__ = ["derive", "facts_of"]
