"""Vocabularies of repositories without a tokenizer.json: SentencePiece, tiktoken and vocab.json."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Iterator
from typing import Final

from archinspect.errors import MalformedFileError
from archinspect.records import SourceFile
from archinspect.records.tokenizer import Learnt
from archinspect.witness.json_files import parse_object
from archinspect.witness.tokenizer.learnt import LARGEST_ID, MOST_ENTRIES, digest

PIECES_FIELD: Final = 1
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
LONGEST_LINE: Final = 10_000


def learn(file: SourceFile, wanted: Collection[str] = ()) -> Learnt:
    """Sum up a vocabulary file of one of the three kinds. Raises MalformedFileError."""
    if file.path.endswith(".json"):
        vocabulary, kind = _vocab_json(file), "BPE"
    elif _is_tiktoken(file.content):
        vocabulary, kind = _tiktoken(file), "tiktoken"
    else:
        vocabulary, kind = _sentencepiece(file), "SentencePiece"
    if not vocabulary:
        raise MalformedFileError(file.path, "holds no tokens")
    return Learnt(
        file=file.path,
        entries=len(vocabulary),
        largest_id=max(vocabulary.values()),
        found={token: vocabulary[token] for token in wanted if token in vocabulary},
        family={"algorithm": kind, "vocabulary_sha256": digest(vocabulary)},
        complete=kind != "tiktoken",
    )


def _vocab_json(file: SourceFile) -> dict[str, int]:
    data = parse_object(file).data
    if not all(type(number) is int and 0 <= number < LARGEST_ID for number in data.values()):
        raise MalformedFileError(file.path, "does not map tokens to ids")
    return dict(data)


def _is_tiktoken(content: bytes) -> bool:
    first, _, number = content[:LONGEST_LINE].partition(b"\n")[0].strip().partition(b" ")
    return bool(first) and number.isdigit()


def _tiktoken(file: SourceFile) -> dict[str, int]:
    """Lines of a token's bytes in base64 and its rank. Bytes are shown as Latin-1, which keeps them apart."""
    vocabulary: dict[str, int] = {}
    for line, text in enumerate(file.content.split(b"\n"), 1):
        if not text.strip():
            continue
        try:
            token, rank = text.split()
            vocabulary[base64.b64decode(token, validate=True).decode("latin-1")] = int(rank)
        except (ValueError, binascii.Error) as error:
            raise MalformedFileError(file.path, f"line {line} is not a token in base64 and a rank") from error
    if min(vocabulary.values(), default=0) < 0 or max(vocabulary.values(), default=0) >= LARGEST_ID:
        raise MalformedFileError(file.path, "holds a rank that no token has")
    return vocabulary


def _sentencepiece(file: SourceFile) -> dict[str, int]:
    """The `pieces` of a SentencePiece ModelProto (protocol buffers: tag, length, bytes), in id order."""
    pieces: dict[str, int] = {}
    number = 0
    for field, value in _fields(file, file.content):
        if field == PIECES_FIELD:
            text = next((inner for tag, inner in _fields(file, value) if tag == 1), b"")
            pieces[text.decode("utf-8", "replace")] = number
            number += 1
            if number > MOST_ENTRIES:
                raise MalformedFileError(file.path, f"holds more than {MOST_ENTRIES} pieces")
    return pieces


def _fields(file: SourceFile, data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        tag, at = _varint(file, data, at)
        kind = tag & 7
        if kind == VARINT:
            _, at = _varint(file, data, at)
            continue
        length, at = (
            _varint(file, data, at) if kind == BYTES else ({FIXED64: 8, FIXED32: 4}.get(kind, -1), at)
        )
        if length < 0 or at + length > len(data):
            raise MalformedFileError(file.path, f"is not a SentencePiece model: broken at byte {at}")
        if kind == BYTES:
            yield tag >> 3, data[at : at + length]
        at += length


def _varint(file: SourceFile, data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise MalformedFileError(file.path, f"is not a SentencePiece model: broken at byte {at}")
