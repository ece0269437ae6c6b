"""tokenizer.json, of which most is a vocabulary and merges that no fact needs.

Typed decoding skips the merges and leaves the vocabulary as bytes until it is counted: 30 MB in some
60 ms, where a tokenizer object takes a second and five times the memory.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import msgspec

from archinspect.errors import MalformedFileError
from archinspect.records import Json, SourceFile
from archinspect.records.tokenizer import Learnt
from archinspect.witness.tokenizer.learnt import LARGEST_ID, MOST_ENTRIES, digest

LONGEST_PATTERN: Final = 2_000


def learn(file: SourceFile, wanted: Collection[str] = ()) -> Learnt:
    """Sum the file up; `wanted` are tokens whose ids are looked up in the vocabulary.

    Raises MalformedFileError when it is not what the tokenizers library writes.
    """
    parts = _decode(file)
    vocabulary = _vocabulary(file, parts)
    added = _added(file, parts.added_tokens)
    ids = {*vocabulary.values(), *added.values()}
    if not ids:
        raise MalformedFileError(file.path, "its vocabulary is empty")
    if min(ids) < 0 or max(ids) >= LARGEST_ID:
        raise MalformedFileError(file.path, f"holds a token id outside 0 to {LARGEST_ID}")
    return Learnt(
        file=file.path,
        entries=len(vocabulary) + sum(token not in vocabulary for token in added),
        largest_id=max(ids),
        added=added,
        found={token: vocabulary[token] for token in wanted if token in vocabulary},
        starts_with=tuple(_prefix_tokens(parts.post_processor)),
        family=_family(parts, vocabulary),
    )


def read_vocabulary(file: SourceFile) -> dict[str, int]:
    """Every token and its id, added ones included. Raises MalformedFileError."""
    parts = _decode(file)
    return _vocabulary(file, parts) | _added(file, parts.added_tokens)


class _Added(msgspec.Struct):
    id: int
    content: str


class _Model(msgspec.Struct):
    vocab: msgspec.Raw
    type: str | None = None
    byte_fallback: bool | None = None


class _Parts(msgspec.Struct):
    """What is wanted of a tokenizer.json; everything else in it is skipped while decoding."""

    model: _Model
    added_tokens: list[_Added] | None = None
    normalizer: dict[str, Any] | None = None
    pre_tokenizer: dict[str, Any] | None = None
    post_processor: dict[str, Any] | None = None


def _decode(file: SourceFile) -> _Parts:
    parts: _Parts = _typed(file, file.content, _Parts)
    return parts


def _typed(file: SourceFile, content: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise MalformedFileError(
            file.path, f"not as the tokenizers library writes it: {error!s:.200}"
        ) from error
    except RecursionError as error:
        raise MalformedFileError(file.path, "nested too deeply to be read") from error


def _vocabulary(file: SourceFile, parts: _Parts) -> dict[str, int]:
    raw = bytes(parts.model.vocab)
    if raw.lstrip()[:1] == b"[":  # Unigram: [token, score] in the order of the ids
        pieces = _typed(file, raw, list[tuple[str, float]])
        vocabulary = {piece: number for number, (piece, _) in enumerate(pieces)}
    else:
        vocabulary = _typed(file, raw, dict[str, int])
    if len(vocabulary) > MOST_ENTRIES:
        raise MalformedFileError(file.path, f"holds {len(vocabulary)} tokens, more than are read")
    return vocabulary


def _added(file: SourceFile, tokens: list[_Added] | None) -> dict[str, int]:
    added = {token.content: token.id for token in tokens or ()}
    if len(added) > MOST_ENTRIES:
        raise MalformedFileError(file.path, f"holds {len(added)} added tokens, more than are read")
    return added


def _prefix_tokens(processor: Mapping[str, Any] | None) -> Iterator[str]:
    """Tokens before the text in the post-processor's template for a single text."""
    for part in _flat(processor, "processors"):
        single = part.get("single")
        for piece in single if isinstance(single, list) else ():
            special = piece.get("SpecialToken") if isinstance(piece, dict) else None
            if not isinstance(special, dict) or not isinstance(special.get("id"), str):
                break
            yield special["id"]


def _flat(part: Mapping[str, Any] | None, key: str) -> Iterator[Mapping[str, Any]]:
    """The steps of a `Sequence`, or the one step."""
    inner = (part or {}).get(key)
    for step in inner if isinstance(inner, list) else [part]:
        if isinstance(step, dict):
            yield step


def _family(parts: _Parts, vocabulary: Mapping[str, int]) -> dict[str, Json]:
    steps = list(_flat(parts.pre_tokenizer, "pretokenizers"))
    patterns = [_pattern(step) for step in steps if step.get("type") == "Split"]
    return {
        "algorithm": parts.model.type or ("Unigram" if bytes(parts.model.vocab)[:1] == b"[" else "BPE"),
        "byte_level": any(step.get("type") == "ByteLevel" for step in steps),
        "byte_fallback": bool(parts.model.byte_fallback),
        "normalizer": [str(step.get("type")) for step in _flat(parts.normalizer, "normalizers")],
        "pre_tokenizer": [str(step.get("type")) for step in steps],
        "split_patterns": [pattern for pattern in patterns if pattern],
        "vocabulary_sha256": digest(vocabulary),
    }


def _pattern(step: Mapping[str, Any]) -> str | None:
    pattern = step.get("pattern")
    text = next(iter(pattern.values()), None) if isinstance(pattern, dict) else None
    return re.sub(r"[\x00-\x1f]", "?", text)[:LONGEST_PATTERN] if isinstance(text, str) else None
