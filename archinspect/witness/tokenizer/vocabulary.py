"""Finds the file that holds the vocabulary, reads it at most once, and remembers what it said."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache as once
from pathlib import Path
from typing import Final

from archinspect import cache
from archinspect.errors import FetchError, MalformedFileError
from archinspect.records import Snapshot, SourceFile, Unknown
from archinspect.records.tokenizer import Learnt
from archinspect.witness.tokenizer.learnt import TOKENIZER_JSON

CACHE_KIND: Final = "tokenizers"
SENTENCEPIECE: Final = ("tokenizer.model", "spiece.model", "sentencepiece.bpe.model")


def learn(snapshot: Snapshot, wanted: Collection[str], download: bool) -> Learnt | Unknown:
    """What the vocabulary file says, from the cache when its digest is known there.

    `wanted` are tokens whose ids are needed. Without `download`, a file that is not at hand yet stays
    unread, and the reason says so.
    """
    path = _vocabulary_file(snapshot)
    if path is None:
        if snapshot.listing is None:
            return Unknown(f"{TOKENIZER_JSON} is not among the files of this source")
        return Unknown("the repository has no tokenizer.json, SentencePiece or tiktoken file")
    known = snapshot.files.get(path)
    listed = (snapshot.listing or {}).get(path)
    blob_id = known.blob_id if known else listed.blob_id if listed else None
    remembered = _recall(blob_id, wanted)
    if remembered is not None:
        return remembered
    file = known or _read_further(snapshot, path, download)
    if isinstance(file, Unknown):
        return file
    try:
        found = _read(file, wanted)
    except MalformedFileError as error:
        return Unknown(str(error))
    cache.store(CACHE_KIND, _key(file.blob_id, wanted), found)
    return found


def _read(file: SourceFile, wanted: Collection[str]) -> Learnt:
    if file.path == TOKENIZER_JSON:
        from archinspect.witness.tokenizer import tokenizer_json  # 30 ms that a warm cache need not spend

        return tokenizer_json.learn(file, wanted)
    from archinspect.witness.tokenizer import other_files

    return other_files.learn(file, wanted)


def _vocabulary_file(snapshot: Snapshot) -> str | None:
    known = [*snapshot.files, *(snapshot.listing or {}), *snapshot.problems]
    if TOKENIZER_JSON in known or (snapshot.listing is None and snapshot.more is not None):
        return TOKENIZER_JSON
    tiktoken = sorted(path for path in known if path.endswith(".tiktoken") and "/" not in path)
    for path in (*SENTENCEPIECE, *tiktoken, "vocab.json"):
        if path in known:
            return path
    return None


def _read_further(snapshot: Snapshot, path: str, download: bool) -> SourceFile | Unknown:
    if path in snapshot.problems:
        return Unknown(snapshot.problems[path].message)
    if snapshot.more is None:
        return Unknown(f"{path} is not among the files of this source")
    if not download:
        size = (snapshot.listing or {})[path].size if path in (snapshot.listing or {}) else None
        return Unknown(f"{path} was not read" + (f" ({size / 1e6:.1f} MB)" if size else ""))
    try:
        return snapshot.more(path)
    except FetchError as error:
        return Unknown(str(error))


def _key(blob_id: str, wanted: Collection[str]) -> str:
    return cache.key_of(blob_id, _stamp(), *sorted(wanted))


@once
def _stamp() -> str:
    return cache.code_stamp(Path(__file__).parent)


def _recall(blob_id: str | None, wanted: Collection[str]) -> Learnt | None:
    return cache.load(CACHE_KIND, _key(blob_id, wanted), Learnt) if blob_id else None
