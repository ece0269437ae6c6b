"""What a command wrote of a folder's config.json, remembered whole: asked again, it is only to be written.

Some models have ten thousands of tensors, and writing them down again takes longer than anything else. An
answer is kept under all that it was made from: the arguments, the bytes of config.json, the transformers
release that was read, and every module of ours.
"""

from __future__ import annotations

import os

from archinspect import cache
from archinspect.blueprint.tree import installed_tree
from archinspect.errors import BlueprintError

KIND = "answers"
SIMPLE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
"""What reads the same in every format."""


def recall(command: str, place: str, config: bytes) -> bytes | None:
    """What the command wrote for the config at this place; None when that is not known."""
    key = _key(command, place, config)
    return None if key is None else cache.load_bytes(KIND, key)


def remember(command: str, place: str, config: bytes, text: str) -> None:
    """Keep what the command wrote, if it will be asked for."""
    own_code = b"auto_map" in config  # which is more to depend on, and not for us to say
    key = None if own_code else _key(command, place, config)
    if key is not None:
        cache.store_bytes(KIND, key, text.encode())


def is_folder(place: str) -> bool:
    """Whether an argument is the path of a folder, and written in characters that need no care."""
    return place.startswith((".", "/")) and set(place) <= SIMPLE | {"/"}


def _key(command: str, place: str, config: bytes) -> str | None:
    if not is_folder(place):
        return None
    try:
        source = installed_tree().digest
        ours = cache.code_stamp(os.path.dirname(__file__))  # noqa: PTH120 - pathlib is not needed here
        return cache.key_of(command, place, config.decode(), source, ours)
    except (BlueprintError, OSError, UnicodeDecodeError):
        return None
