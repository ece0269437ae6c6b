"""The cyclic garbage collector, at rest while much is made that stays.

Modules, syntax trees and what is compiled from them are many objects and live: walking them at every 700th
takes a fifth of a reading's time and frees nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def at_rest() -> Iterator[None]:
    """Nothing is collected inside. What was made counts as old afterwards, so that the next collection, which
    is of young objects, does not walk all of it at once; a full one comes when it is due.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            if not gc.get_freeze_count():  # what somebody else froze stays frozen
                gc.freeze()
                gc.unfreeze()
            gc.enable()
